using System.Globalization;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>A result of any size that looks like that of a large old image, the same at every call.</summary>
internal static class ManyFindings
{
    private static readonly string[] names = ["linux-libc-dev", "libssl3", "openssl", "libc6", "curl", "libcurl4", "imagemagick", "libtiff6", "python3.11", "perl-base", "git", "binutils", "libxml2", "libsqlite3-0", "zlib1g", "libexpat1", "krb5-locales", "mariadb-common", "ghostscript", "vim-common"];
    private static readonly string[] modules = ["lodash", "minimist", "express", "qs", "tar", "semver", "ws", "axios", "json5", "ansi-regex", "@babel/traverse", "tough-cookie"];
    private static readonly string[] faults = ["heap-based buffer overflow", "use after free", "out-of-bounds read", "integer overflow", "improper certificate validation", "denial of service by a crafted input", "prototype pollution", "path traversal"];
    private static readonly string[] places = ["when a crafted file is parsed", "in the handling of long headers", "during renegotiation", "in the decoder of compressed strips", "when names are resolved", "if an attacker controls the locale", "on platforms with 32-bit integers"];
    private static readonly string[] vectors = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"];

    public static ScanResult Of(int count)
    {
        var judged = JudgedSample.Result();
        Layer[] layers =
        [
            .. judged.Image.Layers,
            new Layer(3, null, null, 9_400_120, "RUN /bin/sh -c npm ci --omit=dev # buildkit") { Origin = LayerOrigin.Added },
            new Layer(4, null, null, 412, "ENV NODE_ENV=production") { Origin = LayerOrigin.Added },
        ];
        var packages = new List<Package>();
        for (var i = 0; i < count / 6 + 1; i++)
        {
            var isSystem = i % 3 != 2;
            var version = isSystem ? $"{1 + i % 9}.{i % 40}.{i % 7}-{i % 5}+deb12u{i % 6}" : $"{i % 8}.{i % 31}.{i % 12}";
            var name = (isSystem ? names[i % names.Length] : modules[i % modules.Length]) + (i < 60 ? "" : $"-{i.ToString(CultureInfo.InvariantCulture)}");
            packages.Add(new Package
            {
                Purl = isSystem ? new PackageUrl("deb", "debian", name, version).With("arch", "amd64").With("distro", "debian-12") : new PackageUrl("npm", null, name, version),
                Name = name,
                Version = version,
                FoundBy = isSystem ? "os/dpkg" : "language/npm",
                Locations = [isSystem ? new Location("/var/lib/dpkg/status", i % 5 == 0 ? 0 : 1, 40 * i + 1) : new Location($"/srv/app/node_modules/{name}/package.json", i % 2 == 0 ? 3 : 2)],
                Origin = i % 5 == 0 ? LayerOrigin.Base : LayerOrigin.Added,
            });
        }
        packages = [.. packages.DistinctBy(package => package.Key, StringComparer.Ordinal).OrderBy(package => package.Key, StringComparer.Ordinal)];
        Vulnerability[] found = [.. Enumerable.Range(0, count).Select(i => Finding(i, packages[i % packages.Count])).Order()];
        found = [.. found.Select((one, index) => one with { Priority = Of(one, index + 1) })];
        return judged with
        {
            Image = judged.Image with { Reference = "registry.example.org/shop/web:1.4", Layers = [.. layers] },
            Packages = [.. packages],
            Vulnerabilities = [.. found],
            Suppressed = [],
            Policy = null,
            Plan = Plan(found),
        };
    }

    private static Plan Plan(Vulnerability[] found)
    {
        var actions = found.Where(one => !one.FixedVersions.IsEmpty).GroupBy(one => one.PackageName[..Math.Min(6, one.PackageName.Length)], StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select((group, i) => new PlanAction
        {
            Rank = i + 1,
            Kind = i == 0 ? ActionKind.BaseImage : ActionKind.SystemPackages,
            Title = i == 0 ? "Build on debian:13-slim" : $"apt upgrade {group.First().PackageName} to {group.First().FixedVersions[0]}",
            DockerfileLine = i == 0 ? "FROM debian:13-slim" : $"RUN apt-get update && apt-get install -y --only-upgrade {group.First().PackageName}={group.First().FixedVersions[0]}",
            Command = i == 0 ? null : $"apt-get install --only-upgrade {group.First().PackageName}={group.First().FixedVersions[0]}",
            Changes = i == 0 ? [] : [.. group.DistinctBy(one => one.PackageKey, StringComparer.Ordinal).Select(one => new PackageChange(one.PackageKey, one.PackageName, one.Version, one.FixedVersions[0]))],
            Fixes = [.. group.Select(one => one.Key)],
            ExploitedCount = group.Count(one => one.Exploited is not null),
            Why = i == 0 ? "It fixes the most findings that are exploited in the wild, and moves to a release that is supported until 2028-08-09." : $"{group.Count().ToString(CultureInfo.InvariantCulture)} findings end with one upgrade.",
            Notes = i == 1 ? ["This is a new major version: read its notes before."] : [],
        });
        return new Plan { Actions = [.. actions], Unfixed = [.. found.Where(one => one.FixedVersions.IsEmpty).Select(one => one.Key)] };
    }

    private static Vulnerability Finding(int i, Package package)
    {
        var vector = CvssVector.TryParse(vectors[i * 7 % 11 % 4], out var parsed, out _) ? parsed : null;
        var isRated = i % 13 != 0;
        return new Vulnerability
        {
            Id = $"CVE-{2015 + i % 11}-{(10_000 + i).ToString(CultureInfo.InvariantCulture)}",
            Aliases = [$"GHSA-{(i * 7919).ToString("x4", CultureInfo.InvariantCulture)}-c2vc-896h"],
            PackageKey = package.Key,
            PackageName = package.Name,
            Version = package.Version,
            FixedVersions = i % 3 == 0 ? [] : [$"{package.Version}.1"],
            Status = i % 9 == 0 ? AffectedStatus.NoFixPlanned : AffectedStatus.Affected,
            Rating = isRated ? i % 17 == 0 ? CvssRating.None : vector!.Rating : null,
            Severities = isRated && i % 17 != 0 ? [new SeverityRating("GHSA", "HIGH", null), new SeverityRating("NVD", vector!.Text, vector)] : [],
            Weaknesses = i % 5 == 0 ? [] : i % 7 == 0 ? [20, 79 + i % 900] : [79 + i % 900],
            Exploited = i % 180 == 7 ? new KnownExploited { Cve = new CveId(2024, 2961), Added = new DateOnly(2024, 5, 2), Due = new DateOnly(2024, 5, 23) } : null,
            Probability = new ExploitProbability(i % 97 / 970.0, i % 97 / 97.0),
            Basis = MatchBasis.Distribution,
            Advisories = [new AdvisorySource("debian-tracker", $"CVE-{2015 + i % 11}-{(10_000 + i).ToString(CultureInfo.InvariantCulture)}"), new AdvisorySource("osv", $"DSA-{(5000 + i).ToString(CultureInfo.InvariantCulture)}-1")],
            Summary = $"{package.Name} has a {faults[i % faults.Length]} {places[i * 3 % places.Length]}, which may let a remote attacker crash the process, read its memory or run code of their choice (issue {i.ToString(CultureInfo.InvariantCulture)})",
            Published = new DateTimeOffset(2020 + i % 6, 1 + i % 12, 1, 0, 0, 0, TimeSpan.Zero),
            Modified = new DateTimeOffset(2026, 1, 1 + i % 28, 0, 0, 0, TimeSpan.Zero),
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
        Reach = Reach.Needed,
        ReachReason = "the application declares to need it",
        Origin = LayerOrigin.Added,
    };
}
