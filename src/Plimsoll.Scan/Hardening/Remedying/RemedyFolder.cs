using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Remedying;

/// <summary>
/// Remedies as a folder to build from: `remedies.diff` to read first, `rootfs/` with the files, and a `Dockerfile` that puts them over the image.
/// </summary>
public static class RemedyFolder
{
    public const string Diff = "remedies.diff";

    /// <exception cref="PlimsollException">There is something already, or it cannot be written.</exception>
    public static void RefuseIfThere(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new PlimsollException("output-exists", $"`{folder}` is there already and not empty, and nothing is overwritten.", "Give a folder that is not there yet, or remove it.");
    }

    /// <exception cref="PlimsollException">There is something already, or it cannot be written.</exception>
    public static void Write(string folder, ScanResult result)
    {
        RefuseIfThere(folder);
        var remedies = result.Hardening?.Remedies ?? new Remedies();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var file in remedies.Files) WriteFile(folder, file);
            File.WriteAllText(Path.Combine(folder, Diff), string.Concat(remedies.Files.Select(file => UnifiedDiff.Of(file.Path, file.Before, file.After))));
            File.WriteAllText(Path.Combine(folder, "Dockerfile"), Dockerfile(result.Image, remedies));
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("output-unwritable", $"`{folder}` cannot be written: {thrown.Message.TrimEnd('.')}.", "Check that its parent exists and that you may write there.");
        }
    }

    private static void WriteFile(string folder, RemediedFile file)
    {
        var path = Path.Combine(folder, "rootfs" + file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(file.After));
        File.SetUnixFileMode(path, (UnixFileMode)(file.Mode & 0x1FF) | UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>`FROM` the image, a `COPY` for each file, then the instructions as root, and the image's own user again.</summary>
    private static string Dockerfile(Image image, Remedies remedies)
    {
        var name = Name(image);
        var text = new StringBuilder();
        if (name is null) text.Append("# The image has no name: give it by --build-arg IMAGE=NAME.\nARG IMAGE\n");
        else text.Append("ARG IMAGE=").Append(name).Append('\n');
        text.Append("FROM ${IMAGE}\n");
        foreach (var file in remedies.Files)
            text.Append("COPY ").Append(file.Owner is { } owner ? $"--chown={owner} " : "").Append("[\"rootfs").Append(file.Path).Append("\", \"").Append(file.Path).Append("\"]\n");
        if (remedies.Instructions.IsEmpty) return text.ToString();
        var isRoot = remedies.User.Split(':')[0] is "" or "0" or "root";
        if (!isRoot) text.Append("USER root\n");
        foreach (var line in remedies.Instructions) text.Append(line).Append('\n');
        if (!isRoot) text.Append("USER ").Append(remedies.User).Append('\n');
        return text.ToString();
    }

    /// <summary>By which an engine finds it; null when nothing says one that can stand in a Dockerfile.</summary>
    private static string? Name(Image image)
    {
        var name = image.Source is SourceKind.Docker or SourceKind.Podman or SourceKind.Registry or SourceKind.Container ? image.Names.FirstOrDefault(image.Reference) : image.Names.FirstOrDefault();
        return name is { Length: > 0 } && name.All(c => char.IsAsciiLetterOrDigit(c) || ".-_/:@".Contains(c, StringComparison.Ordinal)) ? name : null;
    }
}
