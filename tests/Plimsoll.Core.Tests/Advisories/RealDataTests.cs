using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Tests.Versions;

namespace Plimsoll.Core.Tests.Advisories;

/// <summary>What published advisories hold: every version is one to its scheme, every CVSS vector is read.</summary>
public sealed class RealDataTests
{
    /// <param name="refused">How many are none: PyPI names a few from before PEP 440 one by one, such as `0.9-doduo`, which Python refuses too.</param>
    [Theory]
    [InlineData("PyPI", "pep440", 2000, 77)]
    [InlineData("Maven", "maven", 1000, 0)]
    [InlineData("NuGet", "nuget", 100, 0)]
    [InlineData("RubyGems", "gem", 500, 0)]
    [InlineData("Packagist", "composer", 500, 0)]
    public void Versions_of_advisories_are_versions(string ecosystem, string id, int least, int refused)
    {
        var scheme = Oracle.Scheme(id);
        var versions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var affected in Advisories(ecosystem).SelectMany(advisory => Items(advisory, "affected")))
        {
            if (!affected.TryGetProperty("package", out var package) || package.GetProperty("ecosystem").GetString() != ecosystem) continue; // Another ecosystem's.
            versions.UnionWith(Items(affected, "versions").Select(version => version.GetString()!));
            versions.UnionWith(Items(affected, "ranges").Where(range => range.GetProperty("type").GetString() != "GIT")
                .SelectMany(range => Items(range, "events")).SelectMany(item => item.EnumerateObject()).Select(item => item.Value.GetString()!));
        }
        var others = versions.Where(version => !scheme.TryCompare(version, version, out _)).ToList();
        Assert.True(versions.Count >= least, $"only {versions.Count} versions");
        Assert.True(others.Count <= refused, string.Join(' ', others));
    }

    [Fact]
    public void Vectors_of_advisories_are_read()
    {
        var vectors = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var advisory in ((string[])["PyPI", "Maven", "npm"]).SelectMany(Advisories))
            vectors.UnionWith(Items(advisory, "severity").Where(severity => severity.GetProperty("type").GetString()!.StartsWith("CVSS", StringComparison.Ordinal)).Select(severity => severity.GetProperty("score").GetString()!));
        Assert.True(vectors.Count > 100, $"only {vectors.Count} vectors");
        // One advisory gives `U`, a value of the scope, to two impacts.
        Assert.Equal(["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:U/A:U"], vectors.Where(text => !CvssVector.TryParse(text, out _, out _)));
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static List<JsonElement> Advisories(string ecosystem)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") ?? Path.Combine(Here(), "../../../../shared"), "data/osv", ecosystem, "all.zip");
        Assert.SkipUnless(File.Exists(path), $"{path} is not there (PLIMSOLL_SUITES).");
        using var zip = ZipFile.OpenRead(path);
        var advisories = new List<JsonElement>();
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var document = JsonDocument.Parse(stream);
            advisories.Add(document.RootElement.Clone());
        }
        return advisories;
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
