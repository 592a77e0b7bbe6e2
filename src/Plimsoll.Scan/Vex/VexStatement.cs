using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Vex;

/// <summary>What somebody says of a vulnerability in products.</summary>
internal sealed record VexStatement
{
    /// <summary>All names of the vulnerability that the statement gives.</summary>
    public required ImmutableArray<string> Vulnerabilities { get; init; }

    public required ImmutableArray<VexProduct> Products { get; init; }

    public required VexStatus Status { get; init; }

    /// <summary>As OpenVEX writes it, or the word of the format.</summary>
    public string? Justification { get; init; }

    /// <summary>In words.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Action { get; init; }

    public required string File { get; init; }

    /// <summary>Its identifier, or which it is in the file.</summary>
    public required string Id { get; init; }

    public DateTimeOffset? Time { get; init; }

    public Suppression ToSuppression() => new()
    {
        Source = SuppressionSource.Vex,
        File = File,
        Statement = Id,
        Reason = Detail ?? Action ?? Justification?.Replace('_', ' ') ?? (Status == VexStatus.Fixed ? "fixed" : "not affected, no reason given"),
        Status = Status,
        Justification = Justification,
    };

    public VexRemark ToRemark() => new()
    {
        Status = Status,
        File = File,
        Statement = Id,
        Text = Action is null || Detail is null ? Action ?? Detail : $"{Action} {Detail}",
    };
}

/// <summary>What a statement is about: a package, or an image and what in it.</summary>
/// <param name="Purl">Null when only digests name it.</param>
/// <param name="Digests">Digests of the image, `sha256:…`.</param>
/// <param name="Parts">Packages inside of the image; none for all.</param>
internal sealed record VexProduct(PackageUrl? Purl, ImmutableArray<string> Digests, ImmutableArray<PackageUrl> Parts)
{
    public bool Fits(Package package, Image image)
    {
        if (Purl is { } purl && !IsImage(purl)) return PurlMatch.Fits(purl, package) && Parts.IsEmpty;
        return Names(image) && (Parts.IsEmpty || Parts.Any(part => PurlMatch.Fits(part, package)));
    }

    private static bool IsImage(PackageUrl purl) => purl.Type is "oci" or "docker";

    /// <summary>By digest where one is given, else by name, and by repository and tag where these are given, too.</summary>
    private bool Names(Image image)
    {
        var digests = new[] { image.ManifestDigest?.ToString(), image.ConfigDigest?.ToString() };
        if (Digests.Any(digests.Contains)) return true;
        if (Purl is not { } purl) return false;
        if (purl.Version is { } version && version.Contains(':', StringComparison.Ordinal)) return digests.Contains(version);
        return image.Names.Append(image.Reference).Any(text => Names(purl, ImageName.Parse(text)));
    }

    private static bool Names(PackageUrl purl, ImageName name)
    {
        var last = name.Repository[(name.Repository.LastIndexOf('/') + 1)..];
        if (!Same(last, purl.Name)) return false;
        if (purl.Qualifiers.GetValueOrDefault("repository_url") is { } url && !Same(url, name.Repository) && !Same($"{url}/{last}", name.Repository)) return false;
        if (purl.Type == "docker" && purl.Namespace is { Length: > 0 } space && !Same($"{space}/{last}", name.Repository) && !name.Repository.EndsWith($"/{space}/{last}", StringComparison.OrdinalIgnoreCase)) return false;
        return (purl.Qualifiers.GetValueOrDefault("tag") ?? purl.Version) is not { } tag || tag == name.Tag;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
