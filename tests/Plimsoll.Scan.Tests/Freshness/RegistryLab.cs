using System.Text;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>A server on loopback that is every registry at once, each in a folder, and an empty folder for answers that are kept.</summary>
internal sealed class RegistryLab : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-freshness-").FullName;
    private readonly FakeServer server;

    public RegistryLab() => server = new FakeServer(request =>
    {
        var path = request.Path[1..];
        return Behave?.Invoke(path, request) ?? (Files.TryGetValue(path, out var body) ? Response.File(request, body, $"\"{body.Length}-{body.Sum(b => (long)b)}\"") : Response.Text(404, "{}"));
    });

    /// <summary>By path as it is asked for, without the first slash.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers in place of the file; null for that.</summary>
    public Func<string, Request, Response?>? Behave { get; set; }

    public string Host => server.Host;
    public string Folder => folder;
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);
    public List<Problem> Problems { get; } = [];
    public List<Request> Requests => [.. server.Requests];
    public TransportOptions Transport { get; set; } = new() { Attempts = 2, Resumes = 2, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) };

    public void Put(string path, string content) => Files[path] = Encoding.UTF8.GetBytes(content);

    public NewestVersions Ask(IEnumerable<Package> packages, params MemoryFile[] files)
    {
        using var image = MemoryImage.Of(files);
        return Ask(packages, image);
    }

    public NewestVersions Ask(IEnumerable<Package> packages, ImageFiles? image)
    {
        Problems.Clear();
        server.Requests.Clear();
        var root = $"http://{server.Host}";
        string? Variable(string name) => Variables.GetValueOrDefault(name) ?? name switch
        {
            "XDG_CACHE_HOME" => folder,
            "npm_config_registry" => $"{root}/npm/",
            "PLIMSOLL_NUGET" => $"{root}/nuget/index.json",
            "PIP_INDEX_URL" => $"{root}/pypi/simple",
            "PLIMSOLL_CRATES" => $"{root}/crates/",
            "RUBYGEMS_HOST" => $"{root}/gems",
            "PLIMSOLL_PACKAGIST" => $"{root}/packagist",
            "PLIMSOLL_MAVEN" => $"{root}/maven2",
            "GOPROXY" => $"{root}/go,direct",
            _ => null,
        };
        var result = new ScanResult { Image = new Image { Reference = "x", Source = SourceKind.Rootfs }, Os = image is null ? null : OsReleaseReader.Read(image, new ProblemLog("test")), Packages = [.. packages], Counts = new ScanCounts(0, 0, 0, null) };
        var request = new ScanRequest { Target = Target.Parse("x"), FreshnessTransport = Transport, Environment = Variable };
        return Freshening.Ask(result, image, request, Problems);
    }

    public static Package Package(string type, string name, string version, string? space = null, string? architecture = null) =>
        new() { Purl = new PackageUrl(type, space, name.Split('/', ':')[^1], version), Name = name, Version = version, Architecture = architecture, FoundBy = "test" };

    public static NewestVersion Only(NewestVersions freshness)
    {
        Assert.Empty(freshness.Unanswered);
        return Assert.Single(freshness.Packages);
    }

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
