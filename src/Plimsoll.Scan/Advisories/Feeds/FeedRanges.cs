using System.Collections.Immutable;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Ranges as distributions mean them: everything before a fix.</summary>
internal static class FeedRanges
{
    /// <summary>Every version, since none has the fix.</summary>
    public static AffectedRange All => UntilFirst([]);

    public static AffectedRange Until(string version) => UntilFirst([version]);

    /// <summary>Until the first of several fixes, which need not be in order: no version behind a fix is affected again.</summary>
    public static AffectedRange UntilFirst(IEnumerable<string> versions) => new(
        RangeKind.Ecosystem,
        [new RangeEvent(RangeEventKind.Introduced, "0"), .. versions.Select(version => new RangeEvent(RangeEventKind.Fixed, version))]);
}
