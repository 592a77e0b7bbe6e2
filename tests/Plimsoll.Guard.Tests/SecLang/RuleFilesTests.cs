using System.Diagnostics;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Rules that others wrote are read whole, and what is not understood is told with its place.</summary>
public sealed class RuleFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-rules-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_core_rule_set_4_is_understood_whole()
    {
        var suites = Environment.GetEnvironmentVariable("PLIMSOLL_SUITES");
        var archive = Path.Combine(suites ?? "", "suites/waf/crs-regression.tar.xz");
        Assert.SkipUnless(suites is not null && File.Exists(archive), "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        using (var tar = Process.Start("tar", ["xf", archive, "-C", folder])) tar.WaitForExit();
        var crs = Path.Combine(folder, "crs-regression");

        var set = RuleFiles.Read([crs]);

        // Counted without the reader: in this set every rule that stands alone or begins a chain has its id in a line of its own or behind the quote.
        var ids = Directory.EnumerateFiles(Path.Combine(crs, "rules"), "*.conf").Append(Path.Combine(crs, "crs-setup.conf.example"))
            .SelectMany(File.ReadLines).Where(line => !line.TrimStart().StartsWith('#'))
            .Select(line => Regex.Match(line, @"[""\s,]id:(\d+)", RegexOptions.NonBacktracking)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value)).Order();
        Assert.Equal(ids, set.Rules.Select(rule => rule.Id).Order());
        Assert.StartsWith("OWASP_CRS/4.", set.Signature, StringComparison.Ordinal);
        Assert.Contains(set.Rules.Single(rule => rule.Id == 941100).Targets, target => target.ToString() == "!REQUEST_COOKIES:__gads");
    }

    [Fact]
    public void The_core_rule_set_of_Debian_is_understood_whole()
    {
        const string crs = "/usr/share/modsecurity-crs/owasp-crs.load";
        Assert.SkipUnless(File.Exists(crs), "modsecurity-crs is not installed");
        var set = RuleFiles.Read([crs]);
        Assert.StartsWith("OWASP_CRS/3.3", set.Signature, StringComparison.Ordinal);
        Assert.True(set.Rules.Count > 500);
    }

    [Theory]
    [InlineData("SecRule ARGS \"@rx a\" \"phase:2\"", "a.conf:1: the rule has no id. Add `id:NUMBER`: events name it.")]
    [InlineData("\n# x\nSecRule ARGZ \"@rx a\" \"id:1\"", "a.conf:3: the variable `ARGZ` is not known here. docs/guard-rules.md lists those that are.")]
    [InlineData("SecRule ARGS \"@like a\" \"id:1\"", "a.conf:1: the operator `@like` is not known here. docs/guard-rules.md lists those that are.")]
    [InlineData("SecRule ARGS \"a\" \"id:1,t:rot13\"", "a.conf:1: the transformation `rot13` is not known here. docs/guard-rules.md lists those that are.")]
    [InlineData("SecRule ARGS \"a\" \"id:1,exec:/bin/x\"", "a.conf:1: the action `exec` is not known here. docs/guard-rules.md lists those that are.")]
    [InlineData("SecRule ARGS \"a\" \"id:1,ctl:x=1\"", "a.conf:1: `ctl:x=1` is not known here. docs/guard-rules.md lists those that are.")]
    [InlineData("SecRule ARGS \"a\" \"id:1,pass:x\"", "a.conf:1: the action `pass` has the value `x`. It takes none: a comma may be missing.")]
    [InlineData("SecRule ARGS \"a\" \"id:1,msg:'x\"", "a.conf:1: a single quote of an action is not closed. Close it, and write quotes within as `\\'`.")]
    [InlineData("SecRule ARGS a \\\n  \"id:1", "a.conf:1: a double quote is not closed. Close it, and write quotes within as `\\\"`.")]
    [InlineData("SecRule ARGS a \"id:1,chain\"\nSecAction \"id:2\"", "a.conf:1: the chain is not completed. A rule must follow, not `SecAction`.")]
    [InlineData("SecRule ARGS a \"id:1,chain\"", "a.conf:1: the chain is not completed. A rule must follow.")]
    [InlineData("SecAction \"id:1\"\nSecAction \"id:1\"", "a.conf:2: the id 1 belongs to the rule at a.conf:1. Give each rule its own.")]
    [InlineData("SecAction \"id:1,skipAfter:X\"", "a.conf:1: `skipAfter:X` leads to no SecMarker. Add the marker, or the file that has it.")]
    [InlineData("SecRuleScript x.lua", "a.conf:1: `SecRuleScript` with 1 words is not known here. docs/guard-rules.md lists the directives.")]
    [InlineData("SecAction \"id:1\"\nSecRuleUpdateActionById 1 \"deny,phase:1\"", "a.conf:2: `phase` of a rule cannot be changed. Write the rule anew, and remove this one with SecRuleRemoveById.")]
    [InlineData("SecAction \"id:1\"\nSecRuleUpdateActionById 1:2 deny", "a.conf:2: `1:2` names no rules. Write ids and ranges, as `920100 930000-930999`.")]
    [InlineData("SecArgumentSeparator ;", "a.conf:1: `SecArgumentSeparator` with 1 words is not known here. docs/guard-rules.md lists the directives.")]
    [InlineData("SecRule ARGS \"@pmFromFile no.data\" \"id:1\"", "a.conf:1: `no.data` cannot be read. Name a file or folder that exists and may be read.")]
    [InlineData("Include no/*.conf", "a.conf:1: `no/*.conf` is not there. It is relative to the file that includes it; IncludeOptional may name nothing.")]
    [InlineData("SecRule XML://a a \"id:1\"", "a.conf:1: `XML://a` is an XPath that is not supported. Use `XML:/*` for texts or `XML://@*` for attributes.")]
    [InlineData("SecAction \"id:1,skip:x\"", "a.conf:1: `skip:x` is no number of rules. Write how many rules are left out.")]
    [InlineData("SecDefaultAction phase:1,block", "a.conf:1: SecDefaultAction does not say what `block` does. Add `pass` or `deny`.")]
    [InlineData("SecDefaultAction phase:1,pass,t:none", "a.conf:1: `t` has no meaning in a SecDefaultAction. Write it in the rule that it is for.")]
    [InlineData("SecRule REMOTE_ADDR \"@rbl x.test\" \"id:1\"", "a.conf:1: `@rbl` asks elsewhere, which no rule does here. Take the rule out with SecRuleRemoveById, or put it behind a test of a setting in TX that is off.")]
    [InlineData("SecRule ARGS a \"id:1,chain\"\nSecRule REMOTE_ADDR \"@geoLookup\"", "a.conf:2: `@geoLookup` asks elsewhere, which no rule does here. Take the rule out with SecRuleRemoveById, or put it behind a test of a setting in TX that is off.")]
    [InlineData("SecAction \"id:1,phase:6\"", "a.conf:1: `phase:6` is none. Write 1 to 5, `request`, `response` or `logging`.")]
    [InlineData("SecAction \"id:1\" \\", "a.conf:1: the last line ends in a backslash. Complete the directive: the file may be cut off.")]
    public void A_fault_says_where_what_and_what_to_do(string text, string fault)
    {
        var thrown = Assert.Throws<PlimsollException>(() => Read(text));
        Assert.Equal(fault, thrown.Message.Replace(folder + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var thrown = Assert.Throws<PlimsollException>(() => Read(string.Join('\n', Enumerable.Range(1, RuleFaults.Most + 2).Select(i => $"SecRule NO{i} a \"id:{i}\""))));
        Assert.Equal(RuleFaults.Most + 1, thrown.Message.Split('\n').Length);
        Assert.EndsWith("\n2 more", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_are_parted_outside_of_patterns()
    {
        var rule = Read("SecRule \"ARGS:/^a|b\\/$/|!ARGS:'x|y'|&TX:z|XML://@*\" \"!@rx a\\\"b\" \"id:1,msg:'it\\'s, so',t:lowercase,t:none,t:length\"").Rules.Single();
        Assert.Equal(["ARGS:/^a|b\\/$/", "!ARGS:x|y", "&TX:z", "XML://@*"], rule.Targets.Select(target => target.ToString()));
        Assert.Equal(new RuleTest("rx", "a\"b", true), rule.Test);
        Assert.Equal("it's, so", rule["msg"]);
        Assert.Equal(["length"], rule.Transformations);
    }

    [Fact]
    public void Removals_and_updates_hold_for_all_rules()
    {
        var set = Read("SecAction \"id:1,tag:a/b\"\nSecAction \"id:2,msg:'x'\"\nSecRule ARGS a \"id:3\"\nSecRuleRemoveByTag ^a/\nSecRuleRemoveByMsg x\nSecRuleRemoveById 4-9\nSecRuleUpdateTargetById 3 !ARGS:t\nSecAction \"id:4,tag:a/b\"");
        Assert.Equal([3], set.Rules.Select(rule => rule.Id));
        Assert.Equal("!ARGS:t", set.Rules[0].Targets[^1].ToString());
        Assert.Equal([1, 4, 2], set.Removed.Select(one => one.Rule.Id));
    }

    [Fact]
    public void Rules_are_listed_with_their_state()
    {
        var text = "SecAction \"id:1,phase:1,pass,msg:'One',tag:'attack-sqli',tag:'paranoia-level/2'\"\nSecRule ARGS a \"id:2,phase:2,msg:'Two'\"\nSecAction \"id:3\"\nSecRuleUpdateTargetById 2 !ARGS:t\nSecRuleRemoveById 3";
        var file = Path.Combine(folder, "a.conf");
        File.WriteAllText(file, text);
        Assert.Equal($"""
            rule    phase  level  kind            state     says
            1       1      2      sqli            in force  One
            2       2      -      -               changed by {file}:4  Two
            3       2      -      -               removed by {file}:5  -
            3 rules

            """, SecRules.Show([file], null));
        Assert.EndsWith("One\n1 rules\n", SecRules.Show([file], "attack-sqli"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tests_about_a_rule_are_named()
    {
        File.WriteAllText(Path.Combine(folder, "a.conf"), "SecAction \"id:7,phase:1,pass\"");
        Directory.CreateDirectory(Path.Combine(folder, "tests/X"));
        var file = Path.Combine(folder, "tests/X/7.yaml");
        File.WriteAllText(file, "tests:\n  - test_id: 1\n    desc: |\n      first\n  - test_id: 2\n");
        Assert.EndsWith($"tests     2 in {file}\n          1: first\n          2\n", SecRules.Explain([folder], 7), StringComparison.Ordinal);
        File.WriteAllText(file, "tests: [");
        Assert.Contains("7.yaml:2` cannot be read", Assert.Throws<PlimsollException>(() => SecRules.Explain([folder], 7, Path.Combine(folder, "tests"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_operator_and_transformation_has_a_file_of_its_name()
    {
        var source = Path.Combine(Root(), "src/Plimsoll.Guard/SecLang");
        string[] spelt = [.. Directory.EnumerateFiles(Path.Combine(source, "Operators"), "*.cs").Concat(Directory.EnumerateFiles(Path.Combine(source, "Transformations"), "*.cs")).Where(file => File.ReadAllText(file).Contains($"static class {Path.GetFileNameWithoutExtension(file)}\n", StringComparison.Ordinal) || File.ReadAllText(file).Contains($"static partial class {Path.GetFileNameWithoutExtension(file)}\n", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension)!];
        string[] aliases = ["normalizePath", "normalizePathWin", "pmf", "ipMatchF"];
        foreach (var word in OperatorWords.All.Keys.Concat(TransformationWords.All.Keys).Except(aliases)) Assert.Contains(word, spelt, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        var thrown = Assert.Throws<PlimsollException>(() => Read("Include a.conf"));
        Assert.Contains("files include one another 9 deep. A file may include itself.", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_lists_every_word()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs/guard-rules.md"));
        foreach (var word in Words.Variables.Keys.Concat(TransformationWords.All.Keys).Concat(Words.Actions.Keys).Concat(OperatorWords.All.Keys.Select(name => "@" + name)).Concat(Words.Controls.Select(name => "ctl:" + name)).Concat(Words.Settings))
            Assert.Contains($"`{word}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_is_told_in_plain_words()
    {
        File.WriteAllText(Path.Combine(folder, "a.conf"), "SecRule ARGS|!ARGS:t \"@beginsWith x\" \"id:7,phase:2,block,msg:'An x',severity:'CRITICAL',t:none,t:urlDecode,t:lowercase,chain\"\nSecRule &TX:y \"!@eq 0\" \"setvar:tx.s=+5\"");
        var file = Path.Combine(folder, "a.conf");
        Assert.Equal($"""
            7         An x
            at        {file}:1, phase 2, severity critical
            looks at  ARGS (parameters of the query and the body)
            except    ARGS:t
            as        percent decoded, then in lower case
            when it   begins with `x`
            then      does what SecDefaultAction says, which is to go on and add up the score unless the setup changes it
            and       in the same request
            looks at  &TX:y (how many: what rules have noted of this request)
            unless it is the number 0
            then      sets tx.s=+5

            """, SecRules.Explain([file], 7));
    }

    [Fact]
    public void Any_text_is_rules_or_a_fault()
    {
        string[] pieces = ["SecRule ", "SecAction ", "ARGS", "|", "!", "&", "XML:", ":/", "/", "'", "\"", "\\", "\n", " ", "@rx ", "@pmFromFile ", "@", "id:1", ",", "t:", "chain", "phase:", "SecRuleRemoveById ", "SecRuleRemoveByTag (", "1-", "Include ", "\0", "*", "#", "ctl:", "msg:'"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 30].Sample(
            chosen =>
            {
                try
                {
                    foreach (var rule in Read(string.Concat(chosen)).Rules) Assert.NotEmpty(Explanation.Of(rule));
                }
                catch (PlimsollException thrown)
                {
                    Assert.NotEmpty(thrown.Message);
                }
            },
            iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 200_000 : 5_000,
            threads: 1);
    }

    private RuleSet Read(string text)
    {
        var file = Path.Combine(folder, "a.conf");
        File.WriteAllText(file, text);
        return RuleFiles.Read([file]);
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Plimsoll.slnx"))) at = at.Parent ?? throw new InvalidOperationException("the tests do not run from inside the repository");
        return at.FullName;
    }
}
