using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Policies;

public sealed class SuppressingTests
{
    private static readonly string[] patterns = ["p*", "p1", "*", "pkg:npm/p2", "pkg:deb/debian/p3", "q"];

    private static readonly Gen<Ignore> OneIgnore = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 5], Gen.Int[-20, 20], Gen.Bool).Select((id, package, days, named) => new Ignore
    {
        Line = 1,
        Reason = "a reason",
        Vulnerability = named ? $"cve-2024-{id + 1000}" : null,
        Package = patterns[package],
        Expires = days == 0 ? null : DateOnly.FromDateTime(Now.UtcDateTime).AddDays(days),
    });

    [Fact]
    public void Nothing_is_suppressed_without_a_trace() => Gen.Select(Any, OneIgnore.Array[0, 5]).Sample((result, ignores) =>
    {
        var judged = Judge(result, Request with { Policy = new Policy { Source = "p", Ignores = [.. ignores] } });
        Assert.Equal(result.Vulnerabilities!.Value.Select(one => one.Key).Order(), judged.Vulnerabilities!.Value.Select(one => one.Key).Concat(judged.Suppressed.Select(one => one.Finding.Key)).Order());
        Assert.All(judged.Suppressed, one => Assert.NotEmpty(one.By));
        Assert.All(judged.Suppressed.SelectMany(one => one.By), by => Assert.True(by is { Reason: "a reason", File: "p", Statement: "line 1" } && (by.Expires is null || by.Expires >= DateOnly.FromDateTime(Now.UtcDateTime))));
        Assert.Equal(ignores.Count(ignore => ignore.Expires < DateOnly.FromDateTime(Now.UtcDateTime)), judged.Policy!.Verdicts.Count(verdict => verdict is { Condition: "expired-ignore", IsViolated: true }));
        Assert.Empty(judged.Plan!.Actions.SelectMany(action => action.Fixes).Intersect(judged.Suppressed.Select(one => one.Finding.Key)));
    }, iter: 200);

    [Theory]
    [InlineData(-31, -1, true)]
    [InlineData(-29, -1, false)]
    [InlineData(null, -31, true)]
    [InlineData(null, -29, false)]
    [InlineData(null, null, false)]
    public void Age_counts_from_the_last_change_where_nobody_says_when_it_was_published(int? published, int? modified, bool isViolated)
    {
        var package = Npm("lodash", "4.17.15");
        var finding = Of(package, "CVE-1") with { Published = published is { } first ? Now.AddDays(first) : null, Modified = modified is { } last ? Now.AddDays(last) : null };
        Assert.Equal(isViolated, Judge(Result([package], finding), Request with { Policy = new Policy { Source = "p", Fail = new FailConditions { Age = 30 } } }).Policy!.IsViolated);
    }

    [Theory]
    [InlineData("vulnerability: CVE-1", true)]
    [InlineData("vulnerability: ghsa-x", true)]
    [InlineData("vulnerability: CVE-2", false)]
    [InlineData("package: lodash", true)]
    [InlineData("package: pkg:npm/lodash@4.17.15", true)]
    [InlineData("package: pkg:npm/lodash@4.17.16", false)]
    [InlineData("path: /srv/app/**", true)]
    [InlineData("path: /srv/*", false)]
    [InlineData("path: /srv/app/**\n  image: shop:*", true)]
    [InlineData("path: /srv/app/**\n  image: other:*", false)]
    [InlineData("package: lodash\n  expires: 2026-06-01", true)]
    [InlineData("package: lodash\n  expires: 2026-05-31", false)]
    public void All_that_is_named_has_to_fit(string ignore, bool isSuppressed)
    {
        var package = Npm("lodash", "4.17.15");
        var judged = Judge(Result([package], Of(package, "CVE-1") with { Aliases = ["GHSA-x"] }), Request with { Policy = PolicyFileTests.Read($"ignore:\n- reason: r\n  {ignore}\n") });
        Assert.Equal(isSuppressed ? 1 : 0, judged.Suppressed.Length);
    }

    [Fact]
    public void A_package_is_ignored_by_path_only_where_all_its_places_fit()
    {
        var package = Npm("lodash", "4.17.15") with { Locations = [new Location("/srv/a/x"), new Location("/srv/b/x")] };
        Assert.Empty(Judge(Result([package], Of(package, "CVE-1")), Request with { Policy = PolicyFileTests.Read("ignore:\n- reason: r\n  path: /srv/a/*\n") }).Suppressed);
    }

    [Fact]
    public void An_expired_ignore_fails_with_its_reason()
    {
        var package = Npm("lodash", "4.17.15");
        var policy = Judge(Result([package], Of(package, "CVE-1")), Request with { Policy = PolicyFileTests.Read("ignore:\n- reason: until the framework is out\n  vulnerability: CVE-1\n  expires: 2026-05-31\n") }).Policy!;
        Assert.True(policy.IsViolated);
        Assert.Equal("The ignore of CVE-1 in line 2 ended on 2026-05-31; its reason was: until the framework is out", Assert.Single(policy.Verdicts).Sentence);
    }

    [Theory]
    [InlineData("severity: critical", "")]
    [InlineData("severity: high", "CVE-1,CVE-2")]
    [InlineData("severity: medium", "CVE-1,CVE-2")]
    [InlineData("severity: low", "CVE-1,CVE-2,CVE-3")]
    [InlineData("{severity: low, fixable-only: true}", "CVE-1")]
    [InlineData("kev: true", "CVE-2")]
    [InlineData("epss: 0.3", "CVE-1")]
    [InlineData("epss: 0.31", "")]
    [InlineData("age: 10", "CVE-3")]
    [InlineData("age: 11", "")]
    [InlineData("fixable-only: true", "CVE-1")]
    public void Conditions_name_the_findings_that_violate_them(string fail, string ids)
    {
        var package = Of("pypi", "a", "1");
        var result = Result([package],
            Of(package, "CVE-1", CvssRating.High, "2") with { Probability = new ExploitProbability(0.3, null), Published = Now.AddDays(-1) },
            Of(package, "CVE-2", CvssRating.High).Exploited(),
            Of(package, "CVE-3", rating: null) with { Published = Now.AddDays(-10) });
        var policy = Judge(result, Request with { Policy = PolicyFileTests.Read(fail[0] == '{' ? $"fail: {fail}" : $"fail:\n  {fail}") }).Policy!;
        Assert.Equal(ids, string.Join(',', Assert.Single(policy.Verdicts).Findings.Select(finding => finding.Vulnerability).Order()));
        Assert.Equal(ids.Length > 0, policy.IsViolated);
    }

    [Fact]
    public void What_is_past_its_end_violates_and_without_data_that_is_a_problem()
    {
        var asked = Request with { Policy = PolicyFileTests.Read("fail:\n  end-of-life: true\n") };
        var ended = Judge(Result([]) with { Support = new Support { AsOf = Now, Findings = [new SupportFinding { Subject = SupportSubject.System, Product = "debian", Title = "Debian", Cycle = "10", Phase = SupportPhase.Ended }] } }, asked);
        Assert.Equal("Past the end of life: Debian 10.", Assert.Single(ended.Policy!.Verdicts).Sentence);
        var unknown = Judge(Result([]), asked);
        Assert.False(unknown.Policy!.IsViolated);
        Assert.Equal(ProblemKind.DataMissing, Assert.Single(unknown.Problems).Kind);
    }
}
