using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>The files beside a deployment's description. Contents are only taken from below its folder: a description that others wrote may name any path.</summary>
internal sealed class DeploymentFolder(string folder)
{
    /// <summary>Bytes of one description: twice a rendered chart of the largest kind.</summary>
    public const int MostDescription = 16 << 20;

    /// <summary>Bytes of one file that is mounted: as of one configuration file.</summary>
    private const int MostBytes = 4 << 20;

    private const int MostFiles = 4096;

    /// <summary>A rendered chart of the largest kind has some 100,000 values.</summary>
    private static readonly YamlBounds bounds = new(Depth: 64, Nodes: 1_000_000) { IsForeign = true };

    /// <summary>Absolute, without links.</summary>
    public string Path { get; } = Real(folder);

    /// <exception cref="PlimsollException">It cannot be read.</exception>
    public static IReadOnlyList<YamlNode> Read(string path, string kind)
    {
        var text = Encoding.UTF8.GetString(WholeFile.Read(path, MostDescription, "deployment", "The description").Span);
        var read = YamlReading.Read(text, bounds);
        if (read.Faults is [var fault, ..]) throw Invalid(path, fault.Line, fault.Message, kind);
        return [.. read.Documents.Where(document => !document.IsNothing)];
    }

    public static PlimsollException Invalid(string path, int line, string message, string kind) =>
        new("deployment-invalid", $"`{path}:{line}` cannot be used: {message.TrimEnd('.')}.", $"Nothing was scanned. Give {kind}; docs/hardening.md says what is read of it.");

    /// <summary>A file or folder by its path in the description.</summary>
    /// <returns>What is mounted, or what is in the way in <see cref="Mount.Needs"/>.</returns>
    public Mount Mount(string source, string target)
    {
        if (Find(source, out var full) is { } needs) return new Mount(target, needs);
        try
        {
            if (File.Exists(full)) return new FileInfo(full).Length > MostBytes ? new Mount(target, $"is mounted from {source}, which has more than {MostBytes:N0} bytes") : new Mount(target) { Source = source, Files = [("", Content(full))] };
            var entries = new DirectoryInfo(full).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, MaxRecursionDepth = 16 }).Take(MostFiles + 1).ToList();
            if (entries.Exists(entry => entry.LinkTarget is not null)) return new Mount(target, $"is mounted from {source}, which holds links, and these are not followed");
            var files = entries.OfType<FileInfo>().OrderBy(file => file.FullName, StringComparer.Ordinal).ToList();
            if (entries.Count > MostFiles || files.Exists(file => file.Length > MostBytes) || files.Sum(file => file.Length) > 16L * MostBytes) return new Mount(target, $"is mounted from {source}, which holds more than is read");
            return new Mount(target) { Source = source, Files = [.. files.Select(file => (System.IO.Path.GetRelativePath(full, file.FullName), Content(file.FullName)))] };
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or PlimsollException)
        {
            return new Mount(target, $"is mounted from {source}, which cannot be read here");
        }
    }

    /// <summary>The text of a file below the folder.</summary>
    /// <returns>Null when it cannot be read; why is in <paramref name="needs"/>, as of a mount.</returns>
    public string? Text(string source, out string? needs)
    {
        var mount = Mount(source, "/");
        needs = mount.Needs ?? (mount.Files is [{ Path: "" }] ? null : $"is mounted from {source}, which is no file");
        return needs is null ? Encoding.UTF8.GetString(mount.Files[0].Content) : null;
    }

    /// <summary>Pipes and devices have no length and are not opened: that might wait for ever.</summary>
    private static byte[] Content(string file) => new FileInfo(file).Length == 0 ? [] : WholeFile.Read(file, MostBytes, "deployment", "The mounted file").ToArray();

    private string? Find(string source, out string full)
    {
        full = "";
        if (source.StartsWith('/') || source.StartsWith('~')) return $"is mounted from {source} of the host";
        var named = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, source));
        if (!File.Exists(named) && !Directory.Exists(named)) return $"is mounted from {source}, which is not beside the description";
        full = Real(named);
        return IsBelow(full) ? null : $"is mounted from {source}, which lies outside of the description's folder and is not read";
    }

    private bool IsBelow(string full) => full == Path || full.StartsWith(Path.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Each link on the way resolved.</summary>
    private static string Real(string path, int depth = 0)
    {
        const int most = 16; // Links that lead through links.
        var real = "/";
        foreach (var part in System.IO.Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = System.IO.Path.Combine(real, part);
            try
            {
                FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
                if (info.ResolveLinkTarget(returnFinalTarget: true) is { } target) real = depth < most ? Real(target.FullName, depth + 1) : "";
            }
            catch (IOException)
            {
                return real; // A loop of links, which is then no file.
            }
        }
        return real;
    }
}
