using Plimsoll.Core.Advisories;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Tests.Matching;

public sealed class AffectedVersionsTests
{
    [Theory]
    [InlineData("0~alpha", "introduced 0, fixed 1", Verdict.Affected)] // `0` is before what dpkg puts before it.
    [InlineData("1", "fixed 1, introduced 0", Verdict.NotAffected)]
    [InlineData("1", "introduced 1, last 1", Verdict.Affected)]
    [InlineData("1.1", "introduced 1, last 1", Verdict.NotAffected)]
    [InlineData("1", "introduced 1, fixed 1", Verdict.NotAffected)]
    [InlineData("2", "introduced 1, fixed 2, introduced 2, fixed 3", Verdict.Affected)]
    [InlineData("2.5", "introduced 2, fixed 3, introduced 1, fixed 2", Verdict.Affected)]
    [InlineData("2.5", "introduced 1, last 2, introduced 2, last 3", Verdict.Affected)]
    [InlineData("2.5", "introduced 2, fixed 2", Verdict.NotAffected)]
    [InlineData("2", "fixed 3, introduced 2, fixed 1, introduced 0", Verdict.Affected)]
    [InlineData("1.5", "fixed 3, introduced 2, fixed 1, introduced 0", Verdict.NotAffected)]
    [InlineData("5", "introduced 0, fixed 9, limit 5", Verdict.NotAffected)]
    [InlineData("4", "introduced 0, fixed 9, limit 3, limit 5", Verdict.Affected)]
    [InlineData("4", "introduced 0, limit *", Verdict.Affected)]
    [InlineData("1_2", "introduced 0, fixed 9", Verdict.Unknown)]
    [InlineData("1_2", "introduced 0", Verdict.Affected)]
    public void Judges_a_range(string version, string events, Verdict expected) =>
        Assert.Equal(expected, AffectedVersions.Judge(MatcherTests.Advisory("A", "Debian:12", "a", events).Affected[0], version, VersionSchemes.Named("dpkg")).Verdict);

    [Theory]
    [InlineData("1.0", Verdict.Affected)] // By text.
    [InlineData("01.0", Verdict.Affected)] // By the scheme.
    [InlineData("1.1", Verdict.NotAffected)]
    [InlineData("1 1", Verdict.Unknown)]
    public void Judges_a_list(string version, Verdict expected) =>
        Assert.Equal(expected, AffectedVersions.Judge(new AffectedPackage { Ecosystem = "Debian:12", Name = "a", Versions = ["no version", "1.0"] }, version, VersionSchemes.Named("dpkg")).Verdict);

    [Fact]
    public void Commits_alone_cannot_be_judged()
    {
        var judged = AffectedVersions.Judge(new AffectedPackage { Ecosystem = "PyPI", Name = "a", Ranges = [new AffectedRange(RangeKind.Git, [new RangeEvent(RangeEventKind.Introduced, "0")])] }, "1", VersionSchemes.Named("pep440"));
        Assert.Equal((Verdict.Unknown, "it is described by commits only"), (judged.Verdict, judged.Reason));
    }

    [Fact]
    public void Without_an_order_of_versions_only_texts_are_compared()
    {
        var listed = new AffectedPackage { Ecosystem = "unheard of", Name = "a", Versions = ["1.0"] };
        Assert.Equal(Verdict.Affected, AffectedVersions.Judge(listed, "1.0", scheme: null).Verdict);
        Assert.Equal(Verdict.Unknown, AffectedVersions.Judge(listed, "1.0.0", scheme: null).Verdict);
    }

    [Fact]
    public void Names_the_fix_of_each_branch_that_the_version_is_in()
    {
        AffectedPackage branches = new()
        {
            Ecosystem = "npm",
            Name = "a",
            Ranges = [.. MatcherTests.Advisory("A", "npm", "a", "introduced 1.0.0, fixed 1.4.0, introduced 2.0.0, fixed 2.1.0").Affected[0].Ranges, .. MatcherTests.Advisory("A", "npm", "a", "introduced 1.3.0, fixed 1.3.9").Affected[0].Ranges],
            Versions = ["0.5.0"],
        };
        var npm = VersionSchemes.Named("npm");
        Assert.Equal(["1.3.9", "1.4.0"], AffectedVersions.Judge(branches, "1.3.0", npm).Fixes);
        Assert.Equal(["2.1.0"], AffectedVersions.Judge(branches, "2.0.5", npm).Fixes);
        Assert.Equal(["1.3.9", "1.4.0"], AffectedVersions.Judge(branches, "0.5.0", npm).Fixes);
        Assert.Empty(AffectedVersions.Judge(branches, "2.1.0", npm).Fixes);
    }
}
