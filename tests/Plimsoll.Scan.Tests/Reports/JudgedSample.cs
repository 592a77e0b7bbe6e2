using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>Results that were judged: with priorities, a plan, a policy, suppressed findings and marks.</summary>
internal static class JudgedSample
{
    public static ScanResult Result()
    {
        var vulnerable = VulnerableSample.Result();
        var supported = Samples.Supported();
        var all = vulnerable.Vulnerabilities!.Value.Select((one, index) => one with { Priority = Of(one, index + 1) }).ToList();
        Vulnerability Find(string id) => all.Single(one => one.Id == id);
        var (iconv, gson, nobody, negligible) = (Find("CVE-2024-2961"), Find("CVE-2022-25647"), Find("CVE-2024-33599"), Find("CVE-2019-1010022"));
        return vulnerable with
        {
            Vulnerabilities = [.. all.Where(one => one.Id != nobody.Id && one.Id != negligible.Id)],
            Suppressed =
            [
                new SuppressedVulnerability(nobody,
                [
                    new Suppression { Source = SuppressionSource.Vex, File = "vex/web.json", Statement = "statement 3", Reason = "nscd is not in the image", Status = VexStatus.NotAffected, Justification = "vulnerable_code_not_present" },
                ]),
                new SuppressedVulnerability(negligible,
                [
                    new Suppression { Source = SuppressionSource.Policy, File = ".plimsoll.yaml", Statement = "line 12", Reason = "not a boundary for us", Expires = new DateOnly(2026, 9, 30) },
                ]),
            ],
            Support = supported.Support,
            Freshness = supported.Freshness,
            Plan = new Plan
            {
                Actions =
                [
                    new PlanAction
                    {
                        Rank = 1,
                        Kind = ActionKind.SystemPackages,
                        Title = "apt upgrade libc6 to 2.36-9+deb12u6",
                        Manager = "apt",
                        Command = "apt-get update && apt-get install --only-upgrade libc6=2.36-9+deb12u6",
                        DockerfileLine = "RUN apt-get update && apt-get install -y --only-upgrade libc6=2.36-9+deb12u6",
                        Changes = [new PackageChange(iconv.PackageKey, "libc6", "2.36-9+deb12u4", "2.36-9+deb12u6")],
                        Fixes = [iconv.Key],
                        ExploitedCount = 1,
                        Why = "It fixes the only finding that is exploited in the wild.",
                    },
                    new PlanAction
                    {
                        Rank = 2,
                        Kind = ActionKind.LanguagePackages,
                        Title = "maven: com.google.code.gson:gson to 2.10.1",
                        Changes = [new PackageChange(gson.PackageKey, "com.google.code.gson:gson", "2.10", "2.10.1") { BroughtBy = ["shop", "shop-web"] }],
                        Fixes = [gson.Key],
                        Why = "It fixes one critical finding.",
                        Notes = ["The version is deduced from a file name."],
                    },
                ],
                Unfixed = [.. all.Where(one => one.FixedVersions.IsEmpty && one.Id != nobody.Id && one.Id != negligible.Id).Select(one => one.Key)],
            },
            Necessity = new Necessity
            {
                Unneeded = [.. supported.Packages.Where(package => package.Purl.Type == "deb" && package.Name is "base-files" or "npm").Select(package => package.Key)],
                Essential = 1,
                Unknown = [new UnknownNeed("maven", 1, "not known, since nothing says which packages of this kind nginx needs")],
            },
            Policy = new PolicyResult
            {
                Source = ".plimsoll.yaml",
                Verdicts =
                [
                    new PolicyVerdict("kev", "nothing that is exploited in the wild", IsViolated: true) { Sentence = "CVE-2024-2961 in libc6 is.", Findings = [iconv.Key] },
                    new PolicyVerdict("end-of-life", "nothing past its end of life", IsViolated: true) { Sentence = "Debian 12 ended on 2026-02-11.", Subjects = ["Debian 12"] },
                    new PolicyVerdict("age", "no finding that has a fix for more than 90 days", IsViolated: false) { Sentence = "The oldest is 26 days old." },
                ],
            },
            Practices =
            [
                new PracticeMark(Practice.Know, Mark.Good, "Everything was read, and the application is nginx."),
                new PracticeMark(Practice.Current, Mark.Poor, "One finding is exploited in the wild, and Debian 12 is past its end of life."),
                new PracticeMark(Practice.Hardened, Mark.NotJudged, "No rules for nginx were applied."),
                new PracticeMark(Practice.Minimal, Mark.Fair, "The image has a package manager that nginx does not need."),
            ],
        };
    }

    /// <summary>Everything that feeds, policies and images can say tries to become markup, a command or a link.</summary>
    public static ScanResult Hostile()
    {
        const string Markup = "</script><img src=x onerror=\"window.pwned=1\">";
        var hostile = Samples.Hostile();
        var package = hostile.Packages[0] with
        {
            Name = Markup,
            Purl = new PackageUrl("npm", "@evil", Markup, "1.0.0|</details>"),
            Contains = [],
            Locations = [new Location($"/srv/../a:b/%0A::error::{Markup}\n::warning file=x::y", 0)],
        };
        var one = new Vulnerability
        {
            Id = $"CVE-2026-1\n::error::{Markup}",
            Aliases = ["javascript:alert(1)", $"GHSA-\"><script>window.pwned=1</script>", "\ufffe\uffff\ud800"],
            PackageKey = package.Key,
            PackageName = package.Name,
            Version = "1]]>&{0}[x](javascript:alert(1))",
            FixedVersions = ["2-->", Markup],
            Rating = CvssRating.Critical,
            Severities = [new SeverityRating("<b>NVD", "'\"<high>", null)],
            Advisories = [new AdvisorySource("osv", "OSV-../../evil?x=<y>")],
            Summary = $"]]>{Markup}{{0}} [link](https://example.org) %0A::stop-commands::x \u202eevil",
        };
        return hostile with
        {
            Packages = [package],
            Vulnerabilities = [one],
            Suppressed = [new SuppressedVulnerability(one with { Id = "X-<1>" }, [new Suppression { Source = SuppressionSource.Policy, File = Markup, Statement = "line \e[1m", Reason = $"because\n::error::{Markup}" }])],
            Plan = new Plan { Actions = [new PlanAction { Rank = 1, Kind = ActionKind.LanguagePackages, Title = $"npm: {Markup}", Command = $"npm install '{Markup}'", Why = Markup, Notes = [Markup], Changes = [new PackageChange(package.Key, Markup, "<1>", "<2>") { BroughtBy = [Markup] }], Fixes = [one.Key] }] },
            Policy = new PolicyResult { Source = Markup, Verdicts = [new PolicyVerdict("kev", Markup, IsViolated: true) { Sentence = Markup, Findings = [one.Key] }] },
            Necessity = new Necessity { Unneeded = [package.Key], Unknown = [new UnknownNeed(Markup, 2, Markup)] },
            Practices = [new PracticeMark(Practice.Know, Mark.Poor, Markup)],
            Support = new Support { Findings = [new SupportFinding { Subject = SupportSubject.System, Product = Markup, Title = Markup, Version = "<1>", Phase = Core.Findings.SupportPhase.Ended }], Notes = [Markup] },
        };
    }

    private static Priority Of(Vulnerability one, int rank) => new()
    {
        Rank = rank,
        Finding = one.Key,
        IsExploited = one.Exploited is not null,
        Probability = one.Probability?.Score,
        Rating = one.Rating,
        Score = one.HighestScore,
        HasFix = !one.FixedVersions.IsEmpty,
        Reach = Reach.Unknown,
        ReachReason = "what the application needs is not known",
        Origin = LayerOrigin.Base,
    };
}
