using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Plans;

public sealed class PriorityTests
{
    [Fact]
    public void Order_is_total_and_the_same_whatever_the_order_before() => Gen.Select(Any, Gen.Int[0, 1000]).Sample((result, seed) =>
    {
        var once = Judge(result).Vulnerabilities!.Value;
        var again = Judge(result with { Vulnerabilities = result.Vulnerabilities!.Value.Shuffled(seed), Packages = result.Packages.Shuffled(seed) }).Vulnerabilities!.Value;
        Assert.Equal(once.Select(one => one.Key), again.Select(one => one.Key));
        Assert.Equal(Enumerable.Range(1, once.Length), once.Select(one => one.Priority!.Rank));
        for (var i = 0; i < once.Length; i++)
            for (var j = 0; j < once.Length; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(once[i].Priority!.CompareTo(once[j].Priority)));
    }, iter: 200);

    /// <summary>The rule as docs/priorities.md says it to people, written a second time.</summary>
    [Fact]
    public void Order_is_what_the_published_rule_says() => Any.Sample(result =>
    {
        var once = Judge(result).Vulnerabilities!.Value;
        CvssRating?[] severities = [CvssRating.Critical, CvssRating.High, CvssRating.Medium, null, CvssRating.Low, CvssRating.None];
        LayerOrigin[] layers = [LayerOrigin.Added, LayerOrigin.Unknown, LayerOrigin.Base];
        var byHand = once
            .OrderByDescending(one => one.Exploited is not null)
            .ThenByDescending(one => one.Probability is { Score: >= 0.1 })
            .ThenBy(one => Array.IndexOf(severities, one.Rating))
            .ThenByDescending(one => one.FixedVersions.Length > 0)
            .ThenBy(one => one.Priority!.Reach)
            .ThenBy(one => Array.IndexOf(layers, result.Packages.First(package => package.Key == one.PackageKey).Origin))
            .ThenByDescending(one => one.Probability?.Score ?? 0)
            .ThenByDescending(one => one.HighestScore)
            .ThenBy(one => one.Id, StringComparer.Ordinal).ThenBy(one => one.PackageKey, StringComparer.Ordinal);
        Assert.Equal(byHand.Select(one => one.Key), once.Select(one => one.Key));
    }, iter: 200);

    [Fact]
    public void The_first_question_that_differs_decides()
    {
        var package = Of("pypi", "a", "1");
        var exploited = Of(package, "CVE-1", CvssRating.Low).Exploited();
        var likely = Of(package, "CVE-2", CvssRating.Low, "2") with { Probability = new ExploitProbability(0.1, null) };
        var critical = Of(package, "CVE-3", CvssRating.Critical) with { Probability = new ExploitProbability(0.0999, null) };
        var unrated = Of(package, "CVE-4", rating: null, "2");
        var unratedWithoutFix = Of(package, "CVE-0", rating: null);
        var ordered = Judge(Result([package], unratedWithoutFix, unrated, critical, likely, exploited)).Vulnerabilities!.Value;
        Assert.Equal(["CVE-1", "CVE-2", "CVE-3", "CVE-4", "CVE-0"], ordered.Select(one => one.Id));
        Assert.Equal([PriorityQuestion.Exploited, PriorityQuestion.Likely, PriorityQuestion.Severity, PriorityQuestion.Fix], ordered.Zip(ordered.Skip(1), (one, next) => one.Priority!.DecidedBy(next.Priority!)!.Value));
    }

    [Fact]
    public void What_the_application_needs_is_reached_and_other_packages_of_its_kind_are_not()
    {
        var (tls, zlib, editor, python) = (Deb("libssl3", "3"), Deb("zlib1g", "1"), Deb("vim", "9"), Of("pypi", "flask", "1"));
        var nginx = Deb("nginx", "1.22") with { Dependencies = [tls.Key] };
        tls = tls with { Dependencies = [zlib.Key] };
        var result = Result([nginx, tls, zlib, editor, python], [.. new[] { nginx, tls, zlib, editor, python }.Select(package => Of(package, "CVE-1"))]) with { Applications = [new Application { Name = "nginx", PackageKey = nginx.Key }] };
        var reached = Judge(result).Vulnerabilities!.Value.ToDictionary(one => one.PackageName, one => (one.Priority!.Reach, one.Priority.ReachReason));
        Assert.Equal((Reach.Started, "it is nginx itself"), reached["nginx"]);
        Assert.Equal((Reach.Needed, "nginx needs it, which nginx leads to"), reached["libssl3"]);
        Assert.Equal((Reach.Needed, "libssl3 needs it, which nginx leads to"), reached["zlib1g"]);
        Assert.Equal((Reach.NotDeclared, "nothing that nginx declares leads to it"), reached["vim"]);
        Assert.Equal((Reach.Unknown, "not known, since nothing says which packages of this kind nginx needs"), reached["flask"]);
    }

    [Fact]
    public void An_npm_program_reaches_what_its_project_asks_for_and_its_runtime()
    {
        var (node, debug) = (Deb("nodejs", "18"), Npm("debug", "2.6.9"));
        var express = Npm("express", "4.17.1", "/srv/app", debug.Key);
        var tool = Npm("tar", "6.0.0", "/usr/lib");
        var result = Result([node, debug, express, tool], [.. new[] { node, debug, express, tool }.Select(package => Of(package, "CVE-1"))]) with
        {
            Applications = [new Application { Name = "shop", Runtime = "node", Executable = new Location("/srv/app/bin/server.js", 0) }],
        };
        Assert.Equal(
            [("debug", Reach.Needed), ("express", Reach.Needed), ("nodejs", Reach.Started), ("tar", Reach.NotDeclared)],
            Judge(result).Vulnerabilities!.Value.Select(one => (one.PackageName, one.Priority!.Reach)).Order());
    }
}
