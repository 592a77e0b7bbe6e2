using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>The rich sample after its packages were matched: one finding for each way in which one can be told.</summary>
internal static class VulnerableSample
{
    private const string Critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

    public static ScanResult Result()
    {
        var rich = Samples.Rich();
        var libc = rich.Packages.Single(package => package.Name == "libc6");
        var gson = rich.Packages.Single(package => package.IsGuess);
        var express = rich.Packages.Single(package => package.Name == "express");
        return rich with
        {
            Vulnerabilities =
            [
                .. new[]
                {
                    Of(libc, "CVE-2024-2961", CvssRating.High) with
                    {
                        KnownAs = "glibc",
                        Aliases = ["DEBIAN-CVE-2024-2961"],
                        FixedVersions = ["2.36-9+deb12u6"],
                        Severities = [new SeverityRating("Debian", "high", null), new SeverityRating("NVD", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", Vector("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"))],
                        Weaknesses = [79, 1333],
                        Exploited = new KnownExploited { Cve = new CveId(2024, 2961), Added = new DateOnly(2023, 11, 21), Due = new DateOnly(2023, 12, 12), UsedByRansomware = true },
                        Probability = new ExploitProbability(0.62413, 0.98271),
                        Basis = MatchBasis.Distribution,
                        Advisories = [new AdvisorySource("debian-tracker", "CVE-2024-2961")],
                        Summary = "iconv() writes beyond its buffer when it converts to ISO-2022-CN-EXT",
                    },
                    Of(libc, "CVE-2019-1010022", CvssRating.None) with { KnownAs = "glibc", Status = AffectedStatus.NoFixPlanned, Basis = MatchBasis.Distribution, Severities = [new SeverityRating("Debian", "unimportant", null)] },
                    Of(libc, "CVE-2024-33599", rating: null) with { KnownAs = "glibc", Status = AffectedStatus.FixDeferred, Basis = MatchBasis.Distribution },
                    Of(gson, "CVE-2022-25647", CvssRating.Critical) with { IsGuess = true, FixedVersions = ["2.10.1", "2.8.9"], Severities = [new SeverityRating("GHSA", Critical, Vector(Critical))] },
                    Of(express, "GHSA-rv95-896h-c2vc", CvssRating.Medium) with { Basis = MatchBasis.Upstream },
                }.Order(),
            ],
            AdvisoryData =
            [
                new AdvisoryData("debian-tracker", "Debian", AdvisoryDataState.Present, Day(28)),
                new AdvisoryData("epss", "epss", AdvisoryDataState.Missing, null),
                new AdvisoryData("kev", "kev", AdvisoryDataState.Present, Day(28)),
                new AdvisoryData("osv", "Maven", AdvisoryDataState.Corrupt, null),
                new AdvisoryData("osv", "npm", AdvisoryDataState.Stale, Day(2)),
            ],
            Hardening = Hardening(),
            Problems = [new Problem(ProblemKind.DataMissing, "match", "epss", "no finding has a probability of exploitation: `plimsoll db update --ecosystems epss` fetches them")],
        };
    }

    private static HardeningResult Hardening()
    {
        var rule = new HardeningRule
        {
            Id = "nginx/server-tokens",
            Title = "The version is not told",
            Severity = HardeningSeverity.High,
            Why = "It tells which faults may be tried.",
            Remedy = "server_tokens off;",
            RemedyIn = "http",
            Source = new RuleSource("Module ngx_http_core_module", "https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens", new DateOnly(2026, 2, 1)),
            Condition = "server_tokens == off",
        };
        var file = new Location("/etc/nginx/nginx.conf", 1, 7);
        return new HardeningResult
        {
            Findings =
            [
                new HardeningFinding { Rule = rule, Application = "nginx", Answer = HardeningAnswer.DoesNotFollow, Found = "server_tokens on", Origin = Origin.At(file, 5), Scope = "server", Place = file, Kind = RemedyKind.Replace, Remedy = rule.Remedy, Detail = "Twice." },
                new HardeningFinding { Rule = rule, Application = "nginx", Answer = HardeningAnswer.CannotKnow, Needs = "the file /run/x.conf, which the image does not hold" },
            ],
            Followed = ["image/setuid", "nginx/autoindex"],
            Notes = ["There are no rules for own: only the image itself was judged."],
        };
    }

    private static Vulnerability Of(Package package, string id, CvssRating? rating) => new()
    {
        Id = id,
        PackageKey = package.Key,
        PackageName = package.Name,
        Version = package.Version,
        Rating = rating,
        Advisories = [new AdvisorySource("osv", id)],
        Published = Day(1),
        Modified = Day(2),
    };

    private static CvssVector Vector(string text) => CvssVector.TryParse(text, out var vector, out var reason) ? vector : throw new ArgumentException(reason, nameof(text));

    private static DateTimeOffset Day(int day) => new(2026, 2, day, 6, 0, 0, TimeSpan.Zero);
}
