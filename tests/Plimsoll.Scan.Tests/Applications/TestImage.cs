using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Tests.Applications;

/// <summary>A folder with the files of a case, read as an image.</summary>
internal sealed class TestImage : IDisposable
{
    private readonly List<(string Path, Package Package)> owned = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("plimsoll-app-").FullName;
    public ImageConfig Config { get; set; } = new() { Known = true };
    public List<Problem> Problems { get; } = [];

    public TestImage Run(params string[] argv) => With(Config with { Entrypoint = [.. argv] });
    public TestImage Cmd(params string[] argv) => With(Config with { Cmd = [.. argv] });
    public TestImage Env(params string[] pairs) => With(Config with { Env = [.. pairs] });
    public TestImage User(string user) => With(Config with { User = user });
    public TestImage In(string folder) => With(Config with { WorkingDir = folder });
    public TestImage Ports(params string[] ports) => With(Config with { ExposedPorts = [.. ports] });

    private TestImage With(ImageConfig config)
    {
        Config = config;
        return this;
    }

    public TestImage Text(string path, string text, bool executable = false)
    {
        var full = Full(path);
        File.WriteAllText(full, text);
        if (executable) File.SetUnixFileMode(full, (UnixFileMode)0x1ED);
        return this;
    }

    public TestImage Bytes(string path, byte[] content)
    {
        File.WriteAllBytes(Full(path), content);
        File.SetUnixFileMode(Full(path), (UnixFileMode)0x1ED);
        return this;
    }

    public TestImage Script(string path, string text) => Text(path, text, executable: true);

    /// <summary>Executables that are no scripts.</summary>
    public TestImage Elf(params string[] paths)
    {
        foreach (var path in paths) Bytes(path, [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0]);
        return this;
    }

    public TestImage Link(string path, string target)
    {
        File.CreateSymbolicLink(Full(path), target);
        return this;
    }

    public TestImage Owned(string path, string type, string name, string version, string? source = null)
    {
        var purl = new PackageUrl(type, "debian", name, version);
        owned.Add((path, new Package { Purl = purl, Name = name, Version = version, SourceName = source, FoundBy = "test" }));
        return this;
    }

    private string Full(string path)
    {
        var full = Root + path;
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }

    public Identified Identify()
    {
        using var resolved = RootfsSource.Resolve(Root);
        var log = new ProblemLog("identify");
        var tree = new RootfsWalker(resolved.Folder!, new FileTree(), Limits.Default, log, []).Walk();
        using var files = new ImageFiles(tree, new LiveContent(resolved.Folder!), hasLayers: false);
        foreach (var (path, package) in owned) Assert.True(files.Claim(FileTree.Root, System.Text.Encoding.UTF8.GetBytes(path), files.AddOwner(package.Key)));
        var image = new Image { Reference = "test", Source = SourceKind.Rootfs, Config = Config };
        var identified = ApplicationFinder.Identify(image, files, [.. owned.Select(pair => pair.Package).DistinctBy(package => package.Key)], log);
        Problems.Clear();
        Problems.AddRange(log.All());
        return identified;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
