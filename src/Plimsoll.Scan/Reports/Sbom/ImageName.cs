using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Reports.Sbom;

/// <summary>An image's name in its parts: `registry/path/name:tag@digest`.</summary>
internal readonly record struct ImageName(string Repository, string? Tag)
{
    public static ImageName Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0) text = text[..at];
        var colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/') ? new ImageName(text[..colon], text[(colon + 1)..]) : new ImageName(text, null);
    }

    /// <summary>
    /// `pkg:oci/name@digest` (purl specification, type oci): null when the source knows no name or no manifest digest,
    /// without which the purl identifies nothing.
    /// </summary>
    public static PackageUrl? Purl(Image image)
    {
        if (image.Names.IsEmpty || image.ManifestDigest is not { } digest) return null;
        var name = Parse(image.Names[0]);
        var last = name.Repository[(name.Repository.LastIndexOf('/') + 1)..].ToLowerInvariant();
        if (last.Length == 0) return null;
        return new PackageUrl("oci", null, last, digest.ToString())
            .With("arch", image.Platform?.Architecture)
            .With("repository_url", name.HasRegistry ? name.Repository.ToLowerInvariant() : null)
            .With("tag", name.Tag);
    }

    /// <summary>Whether the first part names a host: it then has a dot or a port, or is `localhost`.</summary>
    private bool HasRegistry
    {
        get
        {
            var slash = Repository.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0) return false;
            var first = Repository.AsSpan(0, slash);
            return first.ContainsAny('.', ':') || first is "localhost";
        }
    }
}
