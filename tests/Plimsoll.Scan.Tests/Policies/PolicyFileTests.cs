using System.Text;
using System.Text.Json;
using CsCheck;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Policies;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Policies;

public sealed class PolicyFileTests
{
    private const string Whole = """
        # What ships has no known exploit.
        version: 1
        fail:
          severity: high
          kev: true
          epss: 0.1
          age: 30
          end-of-life: true
          fixable-only: true
        ignore:
          - vulnerability: CVE-2021-23337
            package: pkg:npm/lodash
            path: /srv/app/node_modules/**
            image: registry.example.org/shop:*
            reason: "templates are ours: nobody else writes them"
            expires: 2026-12-31
          - package: lib*
            reason: not started
        """;

    [Fact]
    public void Reads_all_that_a_policy_may_say()
    {
        var policy = Read(Whole);
        Assert.Equal(new FailConditions { Severity = CvssRating.High, Exploited = true, Probability = 0.1, Age = 30, EndOfLife = true, FixableOnly = true }, policy.Fail);
        Assert.Equal(
            [
                new Ignore { Line = 11, Vulnerability = "CVE-2021-23337", Package = "pkg:npm/lodash", Path = "/srv/app/node_modules/**", Image = "registry.example.org/shop:*", Reason = "templates are ours: nobody else writes them", Expires = new DateOnly(2026, 12, 31) },
                new Ignore { Line = 17, Package = "lib*", Reason = "not started" },
            ],
            policy.Ignores);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("fail:\nignore:\n")]
    [InlineData("~")]
    public void A_policy_may_say_nothing(string text) => Assert.Equal((FailConditions.None, 0), (Read(text).Fail, Read(text).Ignores.Length));

    [Fact]
    public void Says_all_errors_at_once_with_line_and_remedy()
    {
        var stopped = Assert.Throws<PlimsollException>(() => Read("""
            fail:
              severty: high
              epss: 3
              kev: yes
            ignore:
              - vulnerability: CVE-2021-1
              - reason: old
              - package: "pkg:nothing"
                path: srv
                reason: r
                expires: 31.12.2026
            """));
        Assert.Equal(
            "The policy `p.yaml` has 8 errors:\n  "
            + "line 2: `fail` has no `severty`; it may have severity, kev, epss, age, end-of-life, fixable-only;\n  "
            + "line 3: `3` is no probability; write a number over 0 and up to 1, such as 0.1;\n  "
            + "line 4: `kev` is `true` or `false`, not `yes`;\n  "
            + "line 6: this ignore has no reason; say in `reason` why the finding does not count;\n  "
            + "line 7: this ignore names nothing; give `vulnerability`, `package` or `path`;\n  "
            + "line 8: `pkg:nothing` is no package URL; write one such as pkg:npm/lodash@4.17.15;\n  "
            + "line 9: `srv` is no path of an image; begin it with `/` or `**`;\n  "
            + "line 11: `31.12.2026` is no day; write one such as 2026-12-31.",
            stopped.Message);
        Assert.Equal("policy-invalid", stopped.Code);
    }

    [Theory]
    [InlineData("fail: [", "line 2: it is no YAML: ")]
    [InlineData("a: &x 1\nb: *x\n", "line 1: anchors and aliases are not read; write the value out.")]
    [InlineData("version: 1\n---\nversion: 1\n", "line 2: a second document begins here; leave one in the file.")]
    [InlineData("version: 2\n", "line 1: the version `2` is not known; write `version: 1`.")]
    [InlineData("- a\n", "line 1: a policy is written as `name: value` lines, with the names version, fail, ignore.")]
    [InlineData("fail:\n  kev: true\n  kev: false\n", "line 3: `kev` is there twice; keep one of them.")]
    [InlineData("ignore: all\n", "line 1: `ignore` is a list; begin each entry with `- `.")]
    public void Says_what_is_wrong(string text, string said) => Assert.Contains(said, Assert.Throws<PlimsollException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_has_a_limit() => Assert.Contains("it is nested deeper than 16 levels", Assert.Throws<PlimsollException>(() => Read(new string('[', 5000))).Message, StringComparison.Ordinal);

    /// <summary>Any text is a policy or a sentence: never another exception.</summary>
    [Fact]
    public void Damage_is_told()
    {
        var length = Whole.Length;
        Gen.Select(Gen.Int[0, length - 1], Gen.Int[0, 20], Gen.String[Gen.Char["\0\t\n -:[]{}&*#'\"!|>%@`,?ab\ud83d"], 0, 6]).Sample((at, cut, put) =>
        {
            try
            {
                Read(string.Concat(Whole.AsSpan(0, at), put, Whole.AsSpan(Math.Min(length, at + cut))));
            }
            catch (PlimsollException told)
            {
                Assert.Contains("line ", told.Message, StringComparison.Ordinal);
            }
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 2000 : 200_000);
    }

    /// <summary>JSON is YAML: what the schema accepts is a policy, what it refuses is none.</summary>
    [Theory]
    [InlineData("""{"version": 1, "fail": {"severity": "high", "kev": true, "epss": 0.1, "age": 30, "end-of-life": false, "fixable-only": true}}""", true)]
    [InlineData("""{"ignore": [{"vulnerability": "CVE-1", "reason": "r", "expires": "2026-01-31", "image": "a*"}, {"path": "/a/**", "reason": "r"}]}""", true)]
    [InlineData("""{"fail": null, "ignore": null}""", true)]
    [InlineData("""{"ignore": [{"vulnerability": "CVE-1"}]}""", false)]
    [InlineData("""{"ignore": [{"reason": "r"}]}""", false)]
    [InlineData("""{"fail": {"epss": 2}}""", false)]
    [InlineData("""{"fail": {"severity": "bad"}}""", false)]
    [InlineData("""{"fail": {"sever": "low"}}""", false)]
    [InlineData("""{"version": 2}""", false)]
    public void Schema_and_reader_agree(string json, bool isPolicy)
    {
        JsonDocument.Parse(json).Dispose();
        Assert.Equal(isPolicy, Record.Exception(() => Read(json)) is null);
        var schema = Path.Combine(GoldenTests.Repository(), "docs/schema/policy-1.schema.json");
        if (isPolicy) NodeValidator.AssertValid(schema, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["policy"] = Encoding.UTF8.GetBytes(json) });
        else Assert.NotEqual("checked 1", NodeValidator.Complaint(schema, Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Typed_conditions_add_to_those_of_a_file()
    {
        var wrong = new List<string>();
        var fail = FailOn.Add(new FailConditions { Severity = CvssRating.Low, EndOfLife = true }, "high, kev,epss=0.5,age=7,fixable,hgh,epss=2", wrong);
        Assert.Equal(new FailConditions { Severity = CvssRating.High, Exploited = true, Probability = 0.5, Age = 7, EndOfLife = true, FixableOnly = true }, fail);
        Assert.Equal(["`--fail-on hgh` is no condition: write critical, high, medium or low, kev, epss=0.1, age=30, eol, fixable, with commas between", "`--fail-on epss=2` is no condition: write critical, high, medium or low, kev, epss=0.1, age=30, eol, fixable, with commas between"], wrong);
    }

    /// <summary>An empty variable of a pipeline is no gate that lets everything through.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    public void No_condition_after_fail_on_is_an_error(string words)
    {
        var wrong = new List<string>();
        FailOn.Add(FailConditions.None, words, wrong);
        Assert.Equal(["`--fail-on` names no condition: write critical, high, medium or low, kev, epss=0.1, age=30, eol, fixable, with commas between"], wrong);
    }

    [Theory]
    [InlineData("lib*", "libssl3", true)]
    [InlineData("lib*", "zlib1g", false)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "aXXbYYc", true)]
    [InlineData("a*b*c", "acb", false)]
    public void Names_fit_patterns(string pattern, string name, bool fits) => Assert.Equal(fits, Wildcard.Fits(pattern, name));

    [Theory]
    [InlineData("/srv/*/package.json", "/srv/app/package.json", true)]
    [InlineData("/srv/*/package.json", "/srv/app/sub/package.json", false)]
    [InlineData("/srv/**", "/srv/app/sub/package.json", true)]
    [InlineData("**/lodash/*", "/srv/node_modules/lodash/package.json", true)]
    [InlineData("/srv", "/srv/app", false)]
    public void Paths_fit_patterns(string pattern, string path, bool fits) => Assert.Equal(fits, Wildcard.FitsPath(pattern, path));

    internal static Policy Read(string text) => PolicyFile.Parse(Encoding.UTF8.GetBytes(text), "p.yaml");
}
