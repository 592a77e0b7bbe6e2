using CsCheck;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Versions;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Plans;

public sealed class PlannerTests
{
    [Fact]
    public void Each_finding_is_in_one_action_or_has_no_fix() => Any.Sample(result =>
    {
        var judged = Judge(result);
        var planned = judged.Plan!.Actions.SelectMany(action => action.Fixes).ToList();
        Assert.Equal(planned.Count, planned.Distinct().Count());
        Assert.Equal(judged.Vulnerabilities!.Value.Where(one => !one.FixedVersions.IsEmpty).Select(one => one.Key).Order(), planned.Order());
        Assert.Equal(judged.Vulnerabilities!.Value.Where(one => one.FixedVersions.IsEmpty).Select(one => one.Key), judged.Plan.Unfixed);
        Assert.Equal(planned.Count, judged.Plan.Fixable);
        Assert.Equal(Enumerable.Range(1, judged.Plan.Actions.Length), judged.Plan.Actions.Select(action => action.Rank));
    }, iter: 200);

    /// <summary>A change never goes to a version that a finding of it, fixed by several branches, is not fixed in.</summary>
    [Fact]
    public void What_an_action_promises_its_versions_have() => Any.Sample(result =>
    {
        var judged = Judge(result);
        var found = judged.Vulnerabilities!.Value.ToDictionary(one => one.Key);
        var scheme = VersionSchemes.Named("semver")!;
        foreach (var action in judged.Plan!.Actions)
            foreach (var fix in action.Fixes)
            {
                var to = action.Changes.Where(change => change.PackageKey == fix.Package).Select(change => change.To);
                Assert.Contains(to, version => found[fix].FixedVersions.Any(fixedIn => scheme.TryCompare(version, fixedIn, out var order) && order >= 0));
            }
    }, iter: 200);

    [Fact]
    public void Actions_stand_by_the_risk_that_they_remove() => Any.Sample(result =>
    {
        var judged = Judge(result);
        var found = judged.Vulnerabilities!.Value.ToDictionary(one => one.Key);
        var counts = judged.Plan!.Actions.Select(action => action.Fixes.Select(fix => found[fix]).ToList()).Select(fixes => (
            fixes.Count(one => one.Exploited is not null), fixes.Count(one => one.Probability is { Score: >= 0.1 }),
            fixes.Count(one => one.Rating == CvssRating.Critical), fixes.Count(one => one.Rating == CvssRating.High), fixes.Count(one => one.Rating is CvssRating.Medium or null), fixes.Count)).ToList();
        Assert.Equal(counts.OrderDescending(), counts);
    }, iter: 100);

    [Fact]
    public void What_is_exploited_is_an_action_of_its_own_and_the_rest_of_the_system_one()
    {
        var packages = new[] { Deb("apt", "2.6"), Deb("libssl3", "3.0.9-1", "openssl"), Deb("openssl", "3.0.9-1", "openssl"), Deb("curl", "7.88.1-10"), Deb("bash", "5.2-1") };
        var plan = Judge(Result(packages,
            Of(packages[1], "CVE-1", CvssRating.High, "3.0.17-1~deb12u2").Exploited(), Of(packages[2], "CVE-1", CvssRating.High, "3.0.17-1~deb12u2").Exploited(),
            Of(packages[3], "CVE-2", CvssRating.High, "7.88.1-10+deb12u5"), Of(packages[4], "CVE-3", CvssRating.Low, "5.2-2"), Of(packages[4], "CVE-4", CvssRating.Low))).Plan!;
        Assert.Equal(["apt upgrade openssl to 3.0.17-1~deb12u2", "apt upgrade 2 packages: bash, curl"], plan.Actions.Select(action => action.Title));
        Assert.Equal(["apt-get update && apt-get install -y --only-upgrade libssl3 openssl", "apt-get update && apt-get install -y --only-upgrade bash curl"], plan.Actions.Select(action => action.Command));
        Assert.Equal("RUN apt-get update && apt-get install -y --only-upgrade libssl3 openssl && rm -rf /var/lib/apt/lists/*", plan.Actions[0].DockerfileLine);
        Assert.Equal("Fixes 2 findings: 2 exploited in the wild, 2 high.", plan.Actions[0].Why);
        Assert.Equal([new FindingKey("CVE-4", packages[4].Key)], plan.Unfixed);
    }

    /// <summary>A distribution whose findings nobody has rated yet does not come last: what is unrated may be anything.</summary>
    [Fact]
    public void What_nobody_has_rated_weighs_as_much_as_what_is_medium()
    {
        var (ws, curl) = (Npm("ws", "7.4.5"), Deb("curl", "7.88-1"));
        var plan = Judge(Result([ws, curl], Of(ws, "CVE-1", CvssRating.Medium, "7.4.6"), Of(curl, "CVE-2", rating: null, "7.88-2"), Of(curl, "CVE-3", rating: null, "7.88-2"), Of(curl, "CVE-4", CvssRating.Low, "7.88-2"))).Plan!;
        Assert.Equal(["Fixes 3 findings: 2 unrated, 1 low.", "Fixes 1 finding: 1 medium."], plan.Actions.Select(action => action.Why));
    }

    [Fact]
    public void Npm_is_told_direct_ones_by_name_and_those_that_others_bring_by_overrides()
    {
        var minimist = Npm("minimist", "0.0.8");
        var mkdirp = Npm("mkdirp", "0.5.1", "/srv/app", minimist.Key);
        var lodash = Npm("lodash", "4.17.15");
        var action = Assert.Single(Judge(Result([minimist, mkdirp, lodash], Of(lodash, "CVE-1", CvssRating.High, "4.17.21"), Of(minimist, "CVE-2", CvssRating.High, "0.0.9"))).Plan!.Actions);
        Assert.Equal("npm: 2 packages within their major versions in /srv/app: lodash, minimist", action.Title);
        Assert.Equal("npm pkg set 'overrides[minimist]=^0.0.9' && npm install 'lodash@^4.17.21'", action.Command);
        Assert.Equal(["lodash:", "minimist:mkdirp"], action.Changes.Select(change => $"{change.Name}:{string.Join(',', change.BroughtBy)}"));
    }

    [Fact]
    public void Another_major_version_is_an_action_of_its_own_and_avoided_where_a_fix_of_the_same_is_there()
    {
        var (ws, qs) = (Npm("ws", "7.4.5"), Npm("qs", "6.5.2"));
        var plan = Judge(Result([ws, qs], Of(ws, "CVE-1", CvssRating.High, "6.2.2", "7.4.6", "8.0.1"), Of(ws, "CVE-2", CvssRating.High, "7.5.10", "8.17.1"), Of(qs, "CVE-3", CvssRating.Medium, "7.0.0"))).Plan!;
        Assert.Equal(["npm: ws to 7.5.10 in /srv/app", "npm: qs to 7.0.0 (from 6.5.2, another major version) in /srv/app"], plan.Actions.Select(action => action.Title));
        Assert.Equal(2, plan.Actions[0].Fixes.Length);
    }

    /// <summary>2.7.0 is above the fix of 2.6 and below that of 2.7: it is not taken for fixed.</summary>
    [Fact]
    public void What_lies_between_the_fixes_of_two_branches_is_not_taken_for_fixed()
    {
        var package = Of("pypi", "django", "2.6.0");
        var action = Assert.Single(Judge(Result([package], Of(package, "CVE-1", CvssRating.High, "2.6.1", "2.7.3"), Of(package, "CVE-2", CvssRating.High, "2.7.0"))).Plan!.Actions);
        Assert.Equal("pip install django==2.7.3", action.Command);
    }

    [Fact]
    public void Names_from_an_image_stay_words_of_the_shell()
    {
        var package = Of("pypi", "a; rm -rf $HOME '", "1");
        Assert.Equal("""pip install 'a; rm -rf $HOME '\''==2'""", Assert.Single(Judge(Result([package], Of(package, "CVE-1", CvssRating.High, "2"))).Plan!.Actions).Command);
    }

    [Theory]
    [InlineData("debian:12-slim", "upgrade base image debian:12-slim to debian:13-slim", "FROM debian:13-slim")]
    [InlineData("registry.example.org/debian:12", "upgrade base image registry.example.org/debian:12 to registry.example.org/debian:13", "FROM registry.example.org/debian:13")]
    [InlineData("node:18-bookworm", "upgrade base image node:18-bookworm to one with Debian 13", null)]
    [InlineData("debian:12.1", "upgrade base image debian:12.1 to one with Debian 13", null)]
    public void What_a_base_image_brings_is_upgraded_there(string name, string title, string? line)
    {
        var (apt, curl, own) = (Deb("apt", "2.6"), Deb("curl", "7") with { Origin = LayerOrigin.Base }, Deb("nginx", "1") with { Origin = LayerOrigin.Added });
        var result = Result([apt, curl, own], Of(curl, "CVE-1", CvssRating.High, "8"), Of(own, "CVE-2", CvssRating.Low, "2"));
        var judged = Judge(result with
        {
            Image = result.Image with { Base = new BaseImage(name, null, 1, "a test says so") },
            Support = new Support
            {
                AsOf = Now,
                Findings = [new SupportFinding { Subject = SupportSubject.System, Product = "debian", Title = "Debian", Cycle = "12", Phase = SupportPhase.Ended, MoveTo = new SupportedCycle("13", "13.1", false, Milestone.Unknown) }],
            },
        });
        Assert.Equal([title, "apt upgrade nginx to 2"], judged.Plan!.Actions.Select(action => action.Title));
        Assert.Equal((line, "Debian 12 is past its end of life. Fixes 1 finding: 1 high."), (judged.Plan.Actions[0].DockerfileLine, judged.Plan.Actions[0].Why));
    }

    [Theory]
    [InlineData("node:20.5-slim", Standing.Behind, "upgrade base image node:20.5-slim to node:20.9-slim", "FROM node:20.9-slim")]
    [InlineData("node:20.9-slim", Standing.Current, "rebuild on the newest build of node:20.9-slim", "FROM node:20.9-slim")]
    public void A_newer_tag_of_the_base_image_is_the_one_to_build_on(string name, Standing standing, string title, string line)
    {
        var curl = Deb("curl", "7") with { Origin = LayerOrigin.Base };
        var result = Result([curl], Of(curl, "CVE-1", CvssRating.High, "8"));
        var action = Assert.Single(Judge(result with
        {
            Image = result.Image with { Base = new BaseImage(name, null, 1, "a test says so") },
            Freshness = new NewestVersions { Images = [new NewestTag { Image = $"docker.io/library/{name}", IsBase = true, Standing = standing, Newest = "21.1-slim", NewestOfMajor = "20.9-slim" }] },
        }).Plan!.Actions);
        Assert.Equal((title, line), (action.Title, action.DockerfileLine));
    }

    [Theory]
    [InlineData("rpm", "microdnf", "microdnf -y upgrade a b")]
    [InlineData("rpm", "yum", "yum -y update a b")]
    [InlineData("rpm", "zypper", "zypper --non-interactive update a b")]
    [InlineData("apk", "apk-tools", "apk add --no-cache --upgrade a b")]
    public void The_manager_that_an_image_has_upgrades_all_at_once(string type, string manager, string command)
    {
        var (a, b) = (Of(type, "a", "1-1"), Of(type, "b", "1-1"));
        var action = Assert.Single(Judge(Result([a, b, Of(type, manager, "4-1")], Of(a, "CVE-1", CvssRating.High, "2-1"), Of(b, "CVE-2", CvssRating.High, "2-1"))).Plan!.Actions);
        Assert.Equal(command, action.Command);
    }

    [Theory]
    [InlineData("golang", "github.com/x/y", "go get github.com/x/y@v2.0.0 && go mod tidy")]
    [InlineData("golang", "stdlib", "go get go@2.0.0 && go mod tidy")]
    [InlineData("cargo", "time", "cargo update --package time@1.0.0 --precise 2.0.0")]
    [InlineData("composer", "x/y", "composer require --with-all-dependencies x/y:2.0.0")]
    [InlineData("nuget", "Json", "dotnet add package Json --version 2.0.0")]
    [InlineData("gem", "rack", "gem install rack --version 2.0.0")]
    [InlineData("generic", "nginx", null)]
    public void Each_language_has_its_command(string type, string name, string? command)
    {
        var package = Of(type, name, "1.0.0");
        var action = Assert.Single(Judge(Result([package], Of(package, "CVE-1", CvssRating.High, "2.0.0"))).Plan!.Actions);
        Assert.Equal((command, command is null ? "replace nginx 1.0.0 by release 2.0.0" : $"{action.Manager}: {name} to 2.0.0 (from 1.0.0, another major version)"), (action.Command, action.Title));
    }

    /// <summary>As distroless images are.</summary>
    [Fact]
    public void Without_a_package_manager_the_base_image_has_to_change()
    {
        var action = Assert.Single(Judge(Result([Deb("libssl3", "3", "openssl")], Of(Deb("libssl3", "3", "openssl"), "CVE-1", CvssRating.High, "4"))).Plan!.Actions);
        Assert.Equal((ActionKind.BaseImage, "rebuild on a newer base image", null), (action.Kind, action.Title, action.Command));
    }
}
