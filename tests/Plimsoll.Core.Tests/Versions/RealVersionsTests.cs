using System.IO.Compression;
using System.Text.Json;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>The versions of real advisories, from the suites' copy of OSV's feeds.</summary>
public sealed class RealVersionsTests
{
    private static readonly string folder = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") ?? Path.Combine(Repository.Root, "../shared"), "data/osv");

    [Theory, InlineData("crates.io"), InlineData("Debian"), InlineData("Go"), InlineData("Maven"), InlineData("NuGet"), InlineData("Packagist"), InlineData("RubyGems")]
    // Slips of the pen: no package can have these, and apk itself refuses them.
    [InlineData("Alpine", "git 2.15.r-r1", "icu 57-1-r2", "irssi 0.8.21.r2", "irssi 1.0.4.-r0", "libxi 1.7.5.-r1", "mariadb 10.2.22.r0", "mariadb 10.2.24.r0", "mariadb 10.2.26.r0", "phpmyadmin 4.8.0.-r1", "py-django 1.11-20-r0", "python2 2.7.16-33", "quassel 0.12.5.-r0", "wget 1.18.-r2", "xen 4.10-1-r1")]
    // Versions of a program before it was on npm, and ranges in the place of versions.
    [InlineData("npm", "dwr 3.0.RC3", "ember 0.9.7.1", "ember 1.0.0-*", "ember 1.1.0-*", "ember 1.2.0-*", "ember 1.3.0-*", "ember 1.4.0-*", "handlebars 1.0.0.beta.3", "handlebars-runtime 1.0.0.beta.3", "simple-server ~")]
    // A commit's distance from a tag, and a date: PEP 440 refuses both.
    [InlineData("PyPI", "binderhub 0.2.0-n653", "steam 2019-09-12")]
    public void All_but_these_are_understood(string ecosystem, params string[] exceptions)
    {
        var file = Path.Combine(folder, ecosystem, "all.zip");
        if (!File.Exists(file)) Assert.Skip($"The suites have no {file}.");
        var scheme = VersionSchemes.ForEcosystem(ecosystem)!;
        var (good, bad) = (new HashSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        using var zip = ZipFile.OpenRead(file);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var document = JsonDocument.Parse(stream);
            if (!document.RootElement.TryGetProperty("affected", out var affected)) continue;
            foreach (var package in affected.EnumerateArray())
                if (package.TryGetProperty("ranges", out var ranges))
                    foreach (var range in ranges.EnumerateArray())
                        if (range.GetProperty("type").GetString() != "GIT")
                            foreach (var version in range.GetProperty("events").EnumerateArray().SelectMany(item => item.EnumerateObject()).Select(item => item.Value.GetString()!))
                                if (scheme.TryCompare(version, version, out _)) good.Add(version);
                                else bad.Add($"{package.GetProperty("package").GetProperty("name").GetString()} {version}");
        }
        Assert.True(good.Count > 20, $"only {good.Count} versions");
        Assert.Equal(exceptions, bad);
    }
}
