using System.Collections.Immutable;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Kinds of weakness that feeds name. What is no number of the list says nothing that could be shown: `NVD-CWE-noinfo`.</summary>
internal static class FeedWeaknesses
{
    /// <summary>Numbers of one advisory: the most that GitHub's have is nine.</summary>
    private const int Most = 32;

    public static ImmutableArray<int> Of(IEnumerable<string?> names) =>
        [.. names.Select(name => Cwe.TryParse(name, out var number) ? number : 0).Where(number => number > 0).Distinct().Take(Most)];
}
