using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Bills;

namespace Plimsoll.Scan;

/// <summary>A target as the user names it: a kind, where it is, and which image of several.</summary>
/// <param name="Reference">A name, tag or digest inside an archive or layout that holds several images; null for the only one.</param>
public sealed record Target(SourceKind Kind, string Path, string? Reference = null)
{
    private static readonly string[] notYet = ["docker", "podman", "containerd", "registry", "container"];

    /// <summary>Understands `archive:FILE[:NAME]`, `oci:PATH[:NAME]`, `rootfs:FOLDER`, `sbom:FILE`, and any of these without its prefix.</summary>
    /// <exception cref="PlimsollException">There is no such thing.</exception>
    public static Target Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var prefix = colon < 0 ? "" : text[..colon];
        foreach (var kind in Enum.GetValues<SourceKind>())
            if (prefix.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase)) return WithPrefix(kind, text[(colon + 1)..]);
        if (Exists(text)) return new Target(Guess(text), text);
        if (TrySplit(text, out var path, out var reference)) return new Target(Guess(path), path, reference);
        if (Array.Exists(notYet, prefix.Equals))
            throw new PlimsollException("target-unsupported", $"`{prefix}:` is not a source that this version reads.", $"Save the image first, `docker save {text[(colon + 1)..]} -o image.tar`, and scan `archive:image.tar`.");
        throw new PlimsollException("target-not-found", $"There is no file or folder `{text}`.", $"Give an image archive, an OCI layout, a root folder or a bill of materials; for an image of an engine, `docker save {text} -o image.tar` makes an archive.");
    }

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Path}" + (Reference is null ? "" : $":{Reference}");

    private static Target WithPrefix(SourceKind kind, string text)
    {
        if (text.Length == 0) throw new PlimsollException("target-empty", $"`{kind.ToString().ToLowerInvariant()}:` names nothing.", "Put a path behind the colon.");
        if (!Exists(text) && kind is SourceKind.Archive or SourceKind.Oci && TrySplit(text, out var path, out var reference)) return new Target(kind, path, reference);
        if (!Exists(text)) throw new PlimsollException("target-not-found", $"There is no file or folder `{text}`.", "Check the path.");
        if (kind == SourceKind.Rootfs && !Directory.Exists(text)) throw new PlimsollException("target-not-a-folder", $"`{text}` is a file, but `rootfs:` takes a folder.", $"Use `archive:{text}` for an image archive.");
        if (kind == SourceKind.Sbom && Directory.Exists(text)) throw new PlimsollException("target-not-a-file", $"`{text}` is a folder, but `sbom:` takes a file.", $"Use `rootfs:{text}` for a root folder.");
        if (kind == SourceKind.Archive && Directory.Exists(text)) throw new PlimsollException("target-not-a-file", $"`{text}` is a folder, but `archive:` takes a file.", $"Use `oci:{text}` for an OCI layout or `rootfs:{text}` for a root folder.");
        return new Target(kind, text);
    }

    private static SourceKind Guess(string path) =>
        !Directory.Exists(path) ? BillSource.LooksLike(path) ? SourceKind.Sbom : SourceKind.Archive
        : File.Exists(System.IO.Path.Combine(path, "oci-layout")) ? SourceKind.Oci
        : SourceKind.Rootfs;

    /// <summary>`image.tar:nginx:1.25` is the file `image.tar` and the name `nginx:1.25` in it.</summary>
    private static bool TrySplit(string text, out string path, out string? reference)
    {
        for (var colon = text.IndexOf(':'); colon >= 0; colon = text.IndexOf(':', colon + 1))
        {
            path = text[..colon];
            reference = text[(colon + 1)..];
            if (Exists(path) && reference.Length > 0) return true;
        }
        path = text;
        reference = null;
        return false;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
