using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>
/// A file of tests/golden: an image as sections, a line of dashes, and what the catalogers say of it. A section starts
/// with `== /path` and holds a file; `== /path -> target` is a symlink; `== layer 1` says in which layer what follows
/// is; `== /path removed` is a whiteout; `== /path cut` leaves out the file's last newline;
/// `== /path gzip` holds a binary file, compressed and in base64; `== /a.jar!/path` is an entry of a ZIP archive, which
/// may be in another one;
/// `== /path elf` is an executable of the sections that its lines say (<see cref="ElfWriter"/>).
/// </summary>
internal sealed record GoldenCase(string Name, string Path)
{
    private const string Line = "----------------------------------------";

    public static string Folder { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(Here(), "../../golden"));

    public static IEnumerable<GoldenCase> All() =>
        Directory.EnumerateFiles(Folder, "*.txt", SearchOption.AllDirectories).Where(path => System.IO.Path.GetRelativePath(Folder, path).Split('/')[0] is not ("reports" or "versions" or "guard")).Order(StringComparer.Ordinal)
            .Select(path => new GoldenCase(System.IO.Path.ChangeExtension(System.IO.Path.GetRelativePath(Folder, path), null), path));

    public static GoldenCase Named(string name) => new(name, System.IO.Path.Combine(Folder, name + ".txt"));

    public (List<MemoryFile> Files, bool HasLayers, string Expected) Read()
    {
        var text = File.ReadAllText(Path);
        var divide = text.IndexOf("\n" + Line + "\n", StringComparison.Ordinal);
        var input = divide < 0 ? text : text[..(divide + 1)];
        var files = new List<MemoryFile>();
        short layer = 0;
        var hasLayers = false;
        foreach (var section in ("\n" + input).Split("\n== ").Skip(1))
        {
            var end = section.IndexOf('\n', StringComparison.Ordinal);
            var head = end < 0 ? section : section[..end];
            var content = end < 0 || end == section.Length - 1 ? "" : section[(end + 1)..] is var body && body.EndsWith('\n') ? body : body + "\n";
            if (head.StartsWith("layer ", StringComparison.Ordinal))
            {
                layer = short.Parse(head[6..]);
                hasLayers = true;
            }
            else if (head.EndsWith(" removed", StringComparison.Ordinal)) files.Add(new MemoryFile(head[..^8], [], Removed: true, Layer: layer));
            else if (head.EndsWith(" cut", StringComparison.Ordinal)) files.Add(new MemoryFile(head[..^4], Encoding.UTF8.GetBytes(content[..^1]), Layer: layer));
            else if (head.EndsWith(" gzip", StringComparison.Ordinal)) files.Add(new MemoryFile(head[..^5], Inflate(content), Layer: layer));
            else if (head.EndsWith(" elf", StringComparison.Ordinal)) files.Add(new MemoryFile(head[..^4], ElfWriter.FromLines(content), Layer: layer));
            else if (head.Split(" -> ") is [var from, var to]) files.Add(new MemoryFile(from, [], Link: to, Layer: layer));
            else files.Add(new MemoryFile(head, Encoding.UTF8.GetBytes(content), Layer: layer));
        }
        return (files, hasLayers, divide < 0 ? "" : text[(divide + Line.Length + 2)..]);
    }

    public string Actual()
    {
        var (input, hasLayers, _) = Read();
        using var files = MemoryImage.Of(input, hasLayers);
        var (packages, problems) = MemoryImage.Catalog(files);
        return Write(packages, problems);
    }

    public void Rewrite(string expected)
    {
        var text = File.ReadAllText(Path);
        var divide = text.IndexOf("\n" + Line + "\n", StringComparison.Ordinal);
        File.WriteAllText(Path, (divide < 0 ? text.TrimEnd('\n') : text[..divide]) + "\n" + Line + "\n" + expected);
    }

    private static string Write(IEnumerable<Package> packages, IEnumerable<Problem> problems)
    {
        var to = new StringBuilder();
        foreach (var package in packages)
        {
            to.Append(package.Key).Append('\n');
            Field("name", package.Name + " " + package.Version + (package.Architecture is null ? "" : " " + package.Architecture));
            if (package.SourceName is not null) Field("source", package.SourceName + " " + package.SourceVersion);
            Field("licences", string.Join(", ", package.Licenses));
            Field("supplier", package.Supplier ?? "");
            Field("found by", package.FoundBy);
            if (package.IsGuess) Field("guess", "yes");
            if (package.IsEssential) Field("essential", "yes");
            foreach (var location in package.Locations) Field("at", location + (location.Layer is { } layer ? $" in layer {layer}" : ""));
            Field("requires", string.Join(", ", package.Requires.Select(requirement => requirement.Target)));
            Field("provides", string.Join(", ", package.Provides));
            foreach (var dependency in package.Dependencies) Field("depends on", dependency);
            foreach (var part in package.Contains) Field("contains", part.ToString());
            if (package.OwnedFiles is { } owned) Field("owns", $"{owned} files");
        }
        foreach (var problem in problems) to.Append(problem.Kind).Append(' ').Append(problem.Unit).Append(' ').Append(problem.Where).Append(": ").Append(problem.Message).Append('\n');
        return to.ToString();

        void Field(string name, string value)
        {
            if (value.Length > 0) to.Append("  ").Append(name).Append(": ").Append(value).Append('\n');
        }
    }

    private static byte[] Inflate(string base64)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
        using var to = new MemoryStream();
        gzip.CopyTo(to);
        return to.ToArray();
    }

    private static string Here([CallerFilePath] string path = "") => System.IO.Path.GetDirectoryName(path)!;
}
