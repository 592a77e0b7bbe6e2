using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Bills;

namespace Plimsoll.Scan;

/// <summary>A target as the user names it: a kind, where it is, and which image of several.</summary>
/// <param name="Reference">A name, tag or digest inside an archive or layout that holds several images; null for the only one.</param>
public sealed record Target(SourceKind Kind, string Path, string? Reference = null)
{
    private static readonly string[] notYet = ["containerd"];

    /// <summary>How files of images end: a name with such an ending that is not there is a file that is missed, not an image's name.</summary>
    private static readonly string[] fileEndings = [".tar", ".gz", ".tgz", ".zst", ".json"];

    /// <summary>A name without prefix that is no file: the engines are asked for it, then the registry.</summary>
    public bool IsGuess { get; private init; }

    /// <summary>
    /// Understands `archive:FILE[:NAME]`, `oci:PATH[:NAME]`, `rootfs:FOLDER`, `sbom:FILE`, `docker:NAME`, `podman:NAME`,
    /// `container:NAME`, `registry:[HOST/]NAME[:TAG][@DIGEST]`, and without prefix any of these but a container.
    /// </summary>
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
            throw new PlimsollException("target-unsupported", $"`{prefix}:` is not a source that this version reads.", "Give an archive, OCI layout, root folder, or an image of Docker, Podman or a registry.");
        if (!Array.Exists(fileEndings, ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) && ImageReference.TryParse(text, out _, out _)) return new Target(SourceKind.Registry, text) { IsGuess = true };
        throw new PlimsollException("target-not-found", $"There is no file or folder `{text}`.", "Give an image archive, an OCI layout, a root folder, or the name of an image.");
    }

    public override string ToString() => IsGuess ? Path : $"{Kind.ToString().ToLowerInvariant()}:{Path}" + (Reference is null ? "" : $":{Reference}");

    private static Target WithPrefix(SourceKind kind, string text)
    {
        if (text.Length == 0) throw new PlimsollException("target-empty", $"`{kind.ToString().ToLowerInvariant()}:` names nothing.", kind.IsFile() ? "Put a path behind the colon." : "Put a name behind the colon.");
        if (!kind.IsFile()) return new Target(kind, text);
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

internal static class SourceKinds
{
    public static bool IsFile(this SourceKind kind) => kind is SourceKind.Archive or SourceKind.Oci or SourceKind.Rootfs or SourceKind.Sbom;
}
