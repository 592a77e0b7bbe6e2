using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Matching;

namespace Plimsoll.Scan.Tests.Matching;

public sealed class MatcherTests
{
    private const string Distribution = "Debian:12";

    /// <summary>A fixed version that was taken from a changelog, and sorts above its own rebuild for the release (`~deb12u4`), says less than Debian's own status.</summary>
    [Theory]
    [InlineData("resolved", "2.9.14+dfsg-1.3~deb12u1", false)]
    [InlineData("resolved", "0", false)]
    [InlineData("open", null, true)]
    [InlineData("resolved", "2.9.14+dfsg-1.3~deb12u5", true)]
    public void Debian_s_own_word_decides_over_a_version_in_a_copy(string status, string? version, bool isAffected)
    {
        var own = new List<Advisory>();
        var json = $$$$$$"""{"libxml2": {"CVE-2022-2309": {"releases": {"bookworm": {"status": "{{{{{{status}}}}}}", {{{{{{(version is null ? "" : $"\"fixed_version\": \"{version}\",")}}}}}} "repositories": {"bookworm": "2.9.14+dfsg-1.3~deb12u4"}, "urgency": "unimportant"}}}}}""";
        Scan.Advisories.Feeds.DebianTracker.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)), "json", own.Add, new ProblemLog("test"));
        var copy = Advisory("DEBIAN-CVE-2022-2309", Distribution, "libxml2", "introduced 0, fixed 2.9.14+dfsg-1.3") with { Upstream = ["CVE-2022-2309"] };
        var package = Npm("libxml2", "2.9.14+dfsg-1.3~deb12u4") with { Purl = new PackageUrl("deb", "debian", "libxml2", "2.9.14+dfsg-1.3~deb12u4") };
        var lookup = new Lookup(Distribution, "libxml2", package.Version, MatchBasis.Distribution);
        Assert.Equal(isAffected ? ["CVE-2022-2309"] : [], Match([copy, .. own], package, lookup, new ProblemLog("match")).Select(one => one.Id));
        // Alone, the copy is taken at its word.
        Assert.Single(Match([copy], package, lookup, new ProblemLog("match")));
    }

    [Theory]
    [InlineData("what is no version", "introduced 0, fixed 1.0.0", "`what is no version` and `1.0.0` cannot be compared")]
    [InlineData("1.0.0", "introduced 0, fixed soon", "`1.0.0` and `soon` cannot be compared")]
    public void What_cannot_be_compared_is_a_problem_and_no_silence(string version, string events, string reason)
    {
        var problems = new ProblemLog("match");
        Assert.Empty(Match([Advisory("CVE-2024-0001", "npm", "a", events)], Npm("a", version), new Lookup("npm", "a", version, MatchBasis.Ecosystem), problems));
        Assert.Equal($"whether CVE-2024-0001 affects it cannot be said: {reason}", Assert.Single(problems.All()).Message);
    }

    [Fact]
    public void What_one_source_says_stands_though_another_cannot_be_compared()
    {
        var problems = new ProblemLog("match");
        var found = Match([Advisory("CVE-2024-0001", "npm", "a", "introduced 0, fixed soon"), Advisory("GHSA-1", "npm", "a", "introduced 0, fixed 2.0.0") with { Aliases = ["CVE-2024-0001"] }], Npm("a", "1.0.0"), new Lookup("npm", "a", "1.0.0", MatchBasis.Ecosystem), problems);
        Assert.Equal("GHSA-1", Assert.Single(Assert.Single(found).Advisories).Id);
        Assert.Empty(problems.All());
    }

    [Fact]
    public void Every_version_is_affected_from_zero_on_even_one_that_is_none() =>
        Assert.Single(Match([Advisory("CVE-2024-0001", "npm", "a", "introduced 0")], Npm("a", "?"), new Lookup("npm", "a", "?", MatchBasis.Ecosystem), new ProblemLog("match")));

    [Fact]
    public void A_bulletin_is_where_its_vulnerabilities_are_fixed_and_no_name_of_them()
    {
        var found = Find([Advisory("DSA-1-1", Distribution, "glibc", "introduced 0, fixed 2.36-9+deb12u7") with { Upstream = ["CVE-2024-0001", "CVE-2024-0002"] }], "2.36-9");
        Assert.Equal(["CVE-2024-0001", "CVE-2024-0002"], found.Select(one => one.Id));
        Assert.All(found, one =>
        {
            Assert.Empty(one.Aliases);
            Assert.Equal([new AdvisorySource("osv", "DSA-1-1")], one.Advisories);
            Assert.Equal(["2.36-9+deb12u7"], one.FixedVersions);
            Assert.Equal(("libc6", "glibc", MatchBasis.Distribution), (one.PackageName, one.KnownAs, one.Basis));
        });
    }

    [Fact]
    public void Older_bulletins_call_their_vulnerabilities_related() =>
        Assert.Equal(["CVE-2024-0001"], Find([Advisory("DSA-1-1", Distribution, "glibc", "introduced 0, fixed 3") with { Related = ["CVE-2024-0001"] }], "2").Select(one => one.Id));

    [Theory]
    [InlineData(AffectedStatus.NotAffected, "introduced 0", false)]
    [InlineData(AffectedStatus.Affected, "introduced 0, fixed 2.36-9", false)]
    [InlineData(AffectedStatus.NoFixPlanned, "introduced 0", true)]
    [InlineData(AffectedStatus.EndOfSupport, "introduced 0", true)]
    [InlineData(AffectedStatus.UnderInvestigation, "introduced 0", true)]
    public void What_the_distribution_itself_says_beats_a_copy_of_it(AffectedStatus status, string events, bool isFound)
    {
        var own = Advisory("CVE-2024-0001", Distribution, "glibc", events) with { Feed = "debian-tracker" };
        own = own with { Affected = [own.Affected[0] with { Status = status, Severities = [new Severity("Debian", "unimportant")] }] };
        var copy = Advisory("DEBIAN-CVE-2024-0001", Distribution, "glibc", "introduced 0") with { Upstream = ["CVE-2024-0001"], Severities = [new Severity("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")] };
        var bulletin = Advisory("DSA-1-1", Distribution, "glibc", "introduced 0, fixed 9") with { Upstream = ["CVE-2024-0001"] };
        var found = Find([copy, bulletin, own], "2.36-9");
        if (!isFound)
        {
            Assert.Empty(found);
            return;
        }
        var one = Assert.Single(found);
        Assert.Equal(("CVE-2024-0001", status), (one.Id, one.Status));
        Assert.Equal(["DEBIAN-CVE-2024-0001"], one.Aliases);
        Assert.Equal([new AdvisorySource("debian-tracker", "CVE-2024-0001")], one.Advisories);
        // Its word counts, and the score stays beside it.
        Assert.Equal(CvssRating.None, one.Rating);
        Assert.Equal(9.8m, one.HighestScore);
        Assert.Equal(["DEBIAN", "Debian"], one.Severities.Select(severity => severity.Source));
    }

    [Theory]
    [InlineData("CVSS_V3 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H;GHSA LOW", CvssRating.Critical)]
    [InlineData("CVSS_V2 AV:N/AC:L/Au:N/C:C/I:C/A:C;CVSS_V3 CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", CvssRating.Low)]
    [InlineData("CVSS_V3 broken;GHSA MODERATE", CvssRating.Medium)]
    [InlineData("RustSec unmaintained", CvssRating.None)]
    [InlineData("Ubuntu untriaged", null)]
    public void Rates_by_scores_before_words(string severities, CvssRating? expected)
    {
        var advisory = Advisory("GHSA-1", "npm", "a", "introduced 0") with { Severities = [.. severities.Split(';').Select(text => text.Split(' ', 2)).Select(pair => new Severity(pair[0], pair[1]))] };
        var one = Assert.Single(Match([advisory], Npm("a", "1.0.0"), new Lookup("npm", "a", "1.0.0", MatchBasis.Ecosystem), new ProblemLog("match")));
        Assert.Equal(expected, one.Rating);
        Assert.Equal(advisory.Severities.Length, one.Severities.Length);
    }

    [Fact]
    public void Weaknesses_are_those_of_all_advisories_on_it()
    {
        var github = Advisory("GHSA-1", "npm", "a", "introduced 0") with { Aliases = ["CVE-2024-0001"], Weaknesses = [400, 79] };
        var other = Advisory("CVE-2024-0001", "npm", "a", "introduced 0") with { Weaknesses = [79, 20] };
        Assert.Equal([20, 79, 400], Assert.Single(Match([github, other], Npm("a", "1.0.0"), new Lookup("npm", "a", "1.0.0", MatchBasis.Ecosystem), new ProblemLog("match"))).Weaknesses);
    }

    [Fact]
    public void A_malicious_package_is_critical() =>
        Assert.Equal(CvssRating.Critical, Assert.Single(Match([Advisory("MAL-2024-1", "npm", "a", "introduced 0")], Npm("a", "1.0.0"), new Lookup("npm", "a", "1.0.0", MatchBasis.Ecosystem), new ProblemLog("match"))).Rating);


    /// <summary>1970-01-01 is how some sources say that they do not know.</summary>
    [Theory]
    [InlineData("1970-01-01", null)]
    [InlineData("2021-05-06", "2021-05-06")]
    public void The_first_day_of_all_is_no_day_of_publication(string said, string? expected)
    {
        var advisory = Advisory("GHSA-1", "npm", "lodash", "introduced 0") with { Published = DateTimeOffset.Parse(said + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture) };
        Assert.Equal(expected, Assert.Single(Match([advisory], Npm("lodash", "1.0.0"), new Lookup("npm", "lodash", "1.0.0", MatchBasis.Ecosystem), new ProblemLog("match"))).Published?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    internal static Advisory Advisory(string id, string ecosystem, string name, string events) => new()
    {
        Id = id,
        Feed = "osv",
        Affected = [new AffectedPackage { Ecosystem = ecosystem, Name = name, Ranges = [new AffectedRange(RangeKind.Ecosystem, [.. events.Split(", ").Select(Read)])] }],
    };

    private static RangeEvent Read(string text) => new(text.Split(' ')[0] switch { "introduced" => RangeEventKind.Introduced, "fixed" => RangeEventKind.Fixed, "last" => RangeEventKind.LastAffected, _ => RangeEventKind.Limit }, text.Split(' ', 2)[1]);

    internal static Package Npm(string name, string version) => new() { Purl = new PackageUrl("npm", null, name, version), Name = name, Version = version, FoundBy = "language/npm" };

    private static List<Vulnerability> Find(IReadOnlyList<Advisory> advisories, string version)
    {
        var package = new Package { Purl = new PackageUrl("deb", "debian", "libc6", version), Name = "libc6", Version = version, SourceName = "glibc", SourceVersion = version, FoundBy = "os/dpkg" };
        return Match(advisories, package, new Lookup(Distribution, "glibc", version, MatchBasis.Distribution), new ProblemLog("match"));
    }

    private static List<Vulnerability> Match(IReadOnlyList<Advisory> advisories, Package package, Lookup lookup, ProblemLog problems) =>
        [.. new Matcher((_, _) => [.. advisories], Enrichment.None, problems).Match(package, [lookup]).Order()];
}
