using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>What a plan promises, done and looked at again; policy, VEX, explain and diff as a user starts them.</summary>
public sealed class PlanTests(OldApplication old) : IClassFixture<OldApplication>
{
    [Fact]
    public void The_five_best_actions_remove_most_and_doing_them_keeps_the_promise()
    {
        var before = Scan(old.Target);
        var plan = before.GetProperty("plan");
        var actions = plan.GetProperty("actions").EnumerateArray().Take(5).ToList();
        var promised = actions.SelectMany(action => Keys(action.GetProperty("fixes"), "vulnerability")).ToHashSet();
        var fixable = before.GetProperty("vulnerabilities").EnumerateArray().Count(one => one.GetProperty("fixedVersions").GetArrayLength() > 0);
        Assert.InRange(fixable, 50, int.MaxValue);
        Assert.Equal(fixable, plan.GetProperty("fixable").GetInt32());
        Assert.True(promised.Count >= 0.8 * fixable, $"the five best actions remove {promised.Count} of {fixable}");
        Assert.Contains(actions, action => Text(action, "manager") == "apt");
        Assert.Contains(actions, action => Text(action, "manager") == "npm");

        var folder = old.Copy();
        try
        {
            foreach (var action in actions) Do(action, before, folder);
            var after = Scan(old.Build(folder));
            var (had, has) = (Keys(before.GetProperty("vulnerabilities"), "id"), Keys(after.GetProperty("vulnerabilities"), "id"));
            Assert.Empty(promised.Intersect(has));
            // What is not promised is there as before, where its package is.
            var installed = after.GetProperty("packages").EnumerateArray().Select(package => Text(package, "purl")!).ToHashSet();
            Assert.Equal(had.Except(promised).Where(finding => installed.Contains(finding.Package)).Order(), has.Where(finding => had.Any(other => other.Package == finding.Package)).Order());

            var compared = Compare(before, after, folder);
            Assert.Equal(0, compared.GetProperty("findings").EnumerateArray().Count(finding => Text(finding, "change") == "came" && finding.GetProperty("otherVersions").GetArrayLength() == 0));
            var gone = compared.GetProperty("findings").EnumerateArray().Where(finding => Text(finding, "change") is "fixed" or "went").Select(finding => Text(finding.GetProperty("vulnerability"), "id")).ToHashSet();
            // An npm package may be there in another version, too, that has the same finding and is fixed by a later action.
            Assert.Subset(gone, promised.Where(finding => finding.Package.StartsWith("pkg:deb/", StringComparison.Ordinal)).Select(finding => (string?)finding.Id).ToHashSet());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>npm does what the plan says; apt's upgrade is written into dpkg's record, since the archive no longer has packages as old as these. <see cref="RebuildTests"/> lets apt do it.</summary>
    private static void Do(JsonElement action, JsonElement before, string folder)
    {
        if (Text(action, "manager") == "npm")
        {
            OldApplication.Npm(Path.Combine(folder, "app"), Text(action, "command")!);
            return;
        }
        Assert.Equal("apt", Text(action, "manager"));
        var sources = before.GetProperty("packages").EnumerateArray().DistinctBy(package => Text(package, "purl")).ToDictionary(package => Text(package, "purl")!, package => Text(package, "sourceName") ?? Text(package, "name")!);
        var versions = action.GetProperty("changes").EnumerateArray().DistinctBy(change => sources[Text(change, "package")!]).ToDictionary(change => sources[Text(change, "package")!], change => Text(change, "to")!);
        var status = Path.Combine(folder, "status");
        File.WriteAllText(status, OldApplication.WithVersions(File.ReadAllText(status), versions));
    }

    [Fact]
    public void The_table_shows_five_actions_and_a_line_for_each_practice()
    {
        var table = Plimsoll(["scan", old.Target, "--offline"]).Out;
        Assert.Equal(["1.", "2.", "3.", "4.", "5."], table.Split('\n').Where(line => line.Length > 16 && char.IsAsciiDigit(line[13]) && line[14..16] == ". ").Select(line => line[13..15]));
        foreach (var practice in new[] { "\nKnow         good: ", "\nCurrent      poor: ", "\nHardened     ", "\nMinimal      fair: " }) Assert.Contains(practice, table, StringComparison.Ordinal);
        Assert.Contains("nothing to be done yet: ", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_data_and_time_give_the_same_bytes_and_no_difference()
    {
        var target = old.Target;
        var formats = Run.Program(Run.Cli, ["scan", "--help"]).Out.Split("Format on standard output: ")[1].Split('[')[0].Split((char[])[',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("sarif", formats);
        var (first, second) = (Directory.CreateDirectory(Path.Combine(old.Folder, "first")).FullName, Directory.CreateDirectory(Path.Combine(old.Folder, "second")).FullName);
        foreach (var folder in new[] { first, second }) Plimsoll(["scan", target, "--offline", "--details", .. formats.SelectMany(format => new[] { "--output", $"{format}={folder}/{format}" })]).Expect(0, 3);
        foreach (var format in formats)
        {
            Assert.NotEmpty(File.ReadAllBytes(Path.Combine(first, format)));
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, format)), File.ReadAllBytes(Path.Combine(second, format)));
        }
        var difference = Plimsoll(["diff", target, target, "--offline", "--format", "json", "--fail-on-new"]);
        Assert.True(JsonDocument.Parse(difference.Out).RootElement.GetProperty("isEmpty").GetBoolean(), difference.All);
    }

    [Theory]
    [InlineData("--fail-on kev", 1)]
    [InlineData("--fail-on age=36500", 3)]
    [InlineData("--fail-on hgh", 2)]
    [InlineData("--no-vulnerabilities --fail-on kev", 2)]
    public void Violated_beats_incomplete(string options, int code)
    {
        // handlebars has an advisory whose versions do not compare, so that the scan is not complete.
        var ended = Plimsoll(["scan", old.Target, "--offline", "--format", "json", .. options.Split(' ')]);
        Assert.True(code == ended.Code, ended.Err);
        if (code == 1) Assert.Contains("the policy (--fail-on) is violated: no finding that is exploited in the wild.", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_of_the_working_folder_applies_and_says_so()
    {
        var target = old.Target;
        var folder = Directory.CreateTempSubdirectory("plimsoll-policy-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ".plimsoll.yaml"), "ignore:\n  - package: jquery\n    reason: only in the tests\n  - package: ws\n    reason: for a week\n    expires: 2020-01-01\n");
            var ended = Run.Shell("cd \"$1\" && export PLIMSOLL_DB=\"$4\" SOURCE_DATE_EPOCH=1780000000 PLIMSOLL_FEEDS= && \"$2\" scan \"$3\" --offline --show-suppressed", folder, Run.Cli, target, old.Environment["PLIMSOLL_DB"]).Expect(1);
            var said = string.Join(' ', ended.Out.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains("the policy .plimsoll.yaml of the working folder applies", said, StringComparison.Ordinal);
            Assert.Contains("The ignore of ws in line 4 ended on 2020-01-01; its reason was: for a week", said, StringComparison.Ordinal);
            Assert.Contains(".plimsoll.yaml, line 2: only in the tests", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Explain_tells_the_same_of_a_target_and_of_its_report()
    {
        var target = old.Target;
        var report = Path.Combine(old.Folder, "report.json");
        File.WriteAllText(report, Plimsoll(["scan", target, "--offline", "--format", "json"]).Out);
        var ended = Plimsoll(["explain", "CVE-2021-3749", target, "--offline"]);
        Assert.Equal(ended.Out, Plimsoll(["explain", "cve-2021-3749", report]).Out);
        Assert.Contains("Package      axios 0.21.1", ended.Out, StringComparison.Ordinal);
        Assert.Contains("Reached from the start? quay-board asks for it", ended.Out, StringComparison.Ordinal);
        Assert.Contains("\nAdvisory     RETIREJS-CVE-2021-3749-axios (osv)\n", ended.Out, StringComparison.Ordinal);
        Assert.Matches("\n  versions   npm axios: before 0\\.21\\.3, which has the fix\n", ended.Out);
        Assert.Contains("\n  read       https://", ended.Out, StringComparison.Ordinal);
        Assert.Contains("CVE-1999-1 is no finding in ", Plimsoll(["explain", "CVE-1999-1", report]).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_format_has_no_document_for_is_not_written_and_takes_the_old_one_away()
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-none-").FullName;
        try
        {
            var (file, bom) = (Path.Combine(folder, "image.vex.json"), Path.Combine(folder, "bom.cdx.json"));
            File.WriteAllText(bom, """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "nothing-known-of-it", "purl": "pkg:npm/nothing-known-of-it@1.0.0"}]}""");
            File.WriteAllText(file, "of yesterday");
            var ended = Plimsoll(["scan", $"sbom:{bom}", "--offline", "--format", "openvex", "--output", $"openvex={file}", "--output", $"json={folder}/report.json"]).Expect(0);
            Assert.Equal("", ended.Out);
            Assert.False(File.Exists(file));
            Assert.Contains($"plimsoll: `{file}` was not written: there is no finding to state anything of, and OpenVEX has no document without a statement.\n", ended.Err, StringComparison.Ordinal);
            Assert.Contains("plimsoll: no openvex was written: there is no finding", ended.Err, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder, "report.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private JsonElement Scan(string target) => JsonDocument.Parse(Plimsoll(["scan", target, "--offline", "--format", "json"]).Expect(0, 3).Out).RootElement;

    private JsonElement Compare(JsonElement before, JsonElement after, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "before.json"), before.GetRawText());
        File.WriteAllText(Path.Combine(folder, "after.json"), after.GetRawText());
        return JsonDocument.Parse(Plimsoll(["diff", Path.Combine(folder, "before.json"), Path.Combine(folder, "after.json"), "--format", "json"]).Expect(0, 3).Out).RootElement;
    }

    private Ended Plimsoll(string[] arguments) => Run.Program(Run.Cli, arguments, old.Environment);

    private static HashSet<(string Id, string Package)> Keys(JsonElement findings, string id) => [.. findings.EnumerateArray().Select(finding => (Text(finding, id)!, Text(finding, "package")!))];

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
