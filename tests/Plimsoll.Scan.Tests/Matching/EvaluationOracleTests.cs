using System.Diagnostics;
using System.Text.Json;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Matching;

/// <summary>
/// A second matcher, written in another language from the schema's text alone, invents advisories and says what they affect
/// (osv_evaluation.py); the same archives go through import, store and matching.
/// </summary>
public sealed class EvaluationOracleTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 4 : 60)];

    [Theory, MemberData(nameof(Seeds))]
    public void Finds_what_the_schema_says(int seed)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-evaluation-").FullName;
        try
        {
            Invent(seed, folder);
            using var database = new AdvisoryDatabase(Path.Combine(folder, "db"));
            Assert.Empty(database.Import(folder, DateTimeOffset.UnixEpoch).Problems);
            var problems = new ProblemLog("match");
            var matcher = new Matcher((ecosystem, name) => database.Find(ecosystem, name), Enrichment.None, problems);
            var (packages, findings) = (0, 0);
            foreach (var line in File.ReadLines(Path.Combine(folder, "expected.jsonl")))
            {
                using var json = JsonDocument.Parse(line);
                var (ecosystem, name, version) = (json.RootElement.GetProperty("ecosystem").GetString()!, json.RootElement.GetProperty("name").GetString()!, json.RootElement.GetProperty("version").GetString()!);
                var package = new Package { Purl = new PackageUrl(ecosystem.ToLowerInvariant(), null, name.Split('/')[^1], version), Name = name, Version = version, FoundBy = "test" };
                var found = matcher.Match(package, [new Lookup(ecosystem, name, version, MatchBasis.Ecosystem)]).ToList();
                var expected = json.RootElement.GetProperty("found").EnumerateArray().Select(one => $"{Join(one[0])}: {Join(one[1])}").Order(StringComparer.Ordinal);
                Assert.Equal(expected, found.Select(one => $"{Join(one.Aliases.Add(one.Id))}: {Join(one.Advisories.Select(source => source.Id))}").Order(StringComparer.Ordinal));
                // The name is the least CVE, and what is named as a fix is newer than what is installed.
                Assert.All(found, one => Assert.Equal(one.Aliases.Add(one.Id).Where(alias => alias.StartsWith("CVE-", StringComparison.Ordinal)).DefaultIfEmpty(one.Id).Min(StringComparer.Ordinal), one.Id));
                Assert.All(found.SelectMany(one => one.FixedVersions), fix => Assert.True(VersionSchemes.ForEcosystem(ecosystem)!.TryCompare(version, fix, out var order) && order < 0));
                (packages, findings) = (packages + 1, findings + found.Count);
            }
            Assert.Empty(problems.All());
            Assert.True(packages > 900 && findings > packages, $"{packages} packages with {findings} findings");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Join(JsonElement names) => Join(names.EnumerateArray().Select(name => name.GetString()!));

    private static string Join(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static void Invent(int seed, string folder)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/python3") || !Directory.Exists("/usr/lib/python3/dist-packages/packaging"), "python3 with packaging is not here");
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Matching/osv_evaluation.py"), $"{seed}", folder]) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
