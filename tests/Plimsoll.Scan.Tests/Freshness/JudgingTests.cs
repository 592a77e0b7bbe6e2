using Plimsoll.Core.Findings;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Scan.Freshness;

namespace Plimsoll.Scan.Tests.Freshness;

public sealed class JudgingTests
{
    internal static readonly Lifecycle Node = new()
    {
        Id = "nodejs",
        Title = "Node.js",
        Identifiers = [new ProductIdentifier("repology", "nodejs")],
        Cycles =
        [
            Cycle("26", "2026-05-05", "2029-04-30", lts: "2026-10-28", active: "2027-10-27", latest: "26.7.0"),
            Cycle("25", "2025-10-15", "2026-06-01", active: "2026-04-01", latest: "25.9.0"),
            Cycle("24", "2025-05-06", "2028-04-30", lts: "2025-10-28", active: "2026-10-20", latest: "24.19.0"),
            Cycle("20", "2023-04-18", "2026-04-30", lts: "2023-10-24", active: "2024-10-22", latest: "20.20.2"),
            Cycle("2", "2015-01-01", "2015-02-01", latest: "2.5.0"),
        ],
    };

    [Theory]
    [InlineData("24.1.0", "24")]
    [InlineData("24", "24")]
    [InlineData("24-nightly", "24")]
    [InlineData("2.5.0", "2")]
    [InlineData("240.1", null)]
    [InlineData("23.0.0", null)]
    [InlineData("", null)]
    public void A_version_belongs_to_the_cycle_whose_numbers_it_begins_with(string version, string? cycle) =>
        Assert.Equal(cycle, Judging.CycleOf(Node, version, codename: null)?.Name);

    [Fact]
    public void The_longest_name_wins()
    {
        var product = Node with { Cycles = [Cycle("9", "2020-01-01", "2021-01-01"), Cycle("9.6", "2020-01-01", "2021-01-01")] };
        Assert.Equal("9.6", Judging.CycleOf(product, "9.6.24", null)!.Name);
        Assert.Equal("9", Judging.CycleOf(product, "9.60.1", null)!.Name);
    }

    [Theory]
    // The last day is the end, as the data have it; the day before is not.
    [InlineData("20.1.0", "2026-04-29", SupportPhase.Security, 1, "24")]
    [InlineData("20.1.0", "2026-04-30", SupportPhase.Ended, 0, "24")]
    [InlineData("20.1.0", "2026-05-01", SupportPhase.Ended, -1, "24")]
    // Before its long-term support begins 26 is no place to move to.
    [InlineData("24.1.0", "2026-10-19", SupportPhase.Active, 559, "26")]
    [InlineData("24.1.0", "2026-10-20", SupportPhase.Security, 558, "26")]
    [InlineData("25.9.0", "2026-06-01", SupportPhase.Ended, 0, "26")]
    [InlineData("20.1.0", "2026-11-25", SupportPhase.Ended, -209, "26")]
    [InlineData("26.7.0", "2026-11-25", SupportPhase.Active, 887, null)]
    // 24 is not out yet.
    [InlineData("20.1.0", "2025-05-05", SupportPhase.Security, 360, null)]
    public void Phases_change_on_their_day(string version, string today, SupportPhase phase, int left, string? move)
    {
        var finding = Judging.Judge(Node, SupportSubject.Package, version, null, DateOnly.Parse(today));
        Assert.Equal(phase, finding.Phase);
        Assert.Equal(left, finding.DaysLeft);
        Assert.Equal(move, finding.MoveTo?.Name);
    }

    [Fact]
    public void Extended_support_is_past_the_end_of_life()
    {
        var debian = Node with { Id = "debian", Title = "Debian", Cycles = [Cycle("12", "2023-06-10", "2026-07-11") with { Codename = "Bookworm", EndOfExtendedSupport = Milestone.On(new DateOnly(2028, 6, 30)) }] };
        var finding = Judging.Judge(debian, SupportSubject.System, "12", null, new DateOnly(2026, 11, 25));
        Assert.Equal(SupportPhase.Extended, finding.Phase);
        Assert.True(finding.IsPastEnd);
        Assert.Equal(SupportPhase.Ended, Judging.Judge(debian, SupportSubject.System, null, "bookworm", new DateOnly(2028, 6, 30)).Phase);
        Assert.False((finding with { MaintainedBy = "debian 12" }).IsPastEnd);
    }

    [Fact]
    public void What_the_data_do_not_know_is_not_called_supported()
    {
        var unlisted = Judging.Judge(Node, SupportSubject.Package, "27.0.0", null, new DateOnly(2026, 1, 1));
        Assert.Equal((null, SupportPhase.Unknown, null), (unlisted.Cycle, unlisted.Phase, unlisted.DaysLeft));
        var silent = Judging.Judge(Node with { Cycles = [new ReleaseCycle { Name = "1" }] }, SupportSubject.Package, "1.0", null, new DateOnly(2026, 1, 1));
        Assert.Equal(("1", SupportPhase.Unknown), (silent.Cycle, silent.Phase));
        Assert.Null(silent.MoveTo);
    }

    [Theory]
    [InlineData("24.1.0", true)]
    [InlineData("24.19.0", false)]
    [InlineData("24.19.1", false)]
    public void Is_behind_the_newest_of_its_cycle(string version, bool behind) =>
        Assert.Equal(behind, Judging.Judge(Node, SupportSubject.Package, version, null, new DateOnly(2026, 1, 1)).IsBehind);

    internal static ReleaseCycle Cycle(string name, string released, string end, string? lts = null, string? active = null, string? latest = null) => new()
    {
        Name = name,
        Released = DateOnly.Parse(released),
        EndOfLife = Milestone.On(DateOnly.Parse(end)),
        LongTermSupport = lts is null ? Milestone.Unknown : Milestone.On(DateOnly.Parse(lts)),
        EndOfActiveSupport = active is null ? Milestone.Unknown : Milestone.On(DateOnly.Parse(active)),
        Latest = latest,
    };
}
