using System.Globalization;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Tests of the Core Rule Set's suite whose rule structural detection overrules, because the value is ordinary text. Rule and numbers.</summary>
internal static class OverruledTests
{
    /// <summary>Other rules refuse these all the same.</summary>
    public static readonly string[] RefusedByOthers = Names(
        "941180: 9",
        "941370: 4 5",
        "941390: 10",
        "941400: 6",
        "942120: 1 10 22",
        "942140: 10",
        "942190: 5 7 9 19 22 24 31 32 35 37",
        "942210: 39 40",
        "942240: 10 11",
        "942270: 1",
        "942280: 1",
        "942320: 3",
        "942340: 2",
        "942380: 2 4 5 7 15 16 19 20 23 24 25 30 31 32 33 34 35 36 37 38 41 43 44",
        "942390: 18",
        "942440: 24",
        "942450: 3",
        "942521: 1 25 26");

    /// <summary>Words that stand alone, such as `xp_cmdshell`, `information_schema` or `window.location`: they pass, and do nothing where they are pasted.</summary>
    public static readonly string[] WordsAlone = Names(
        "941180: 1 2 3 10",
        "942120: 2 8 14 15 45",
        "942140: 1 2 6 8 9 11 12 13 14 16 17 18",
        "942270: 2 3",
        "942280: 5",
        "942460: 1",
        "942470: 1 2 3 4 5 6 7 8 9 10 12");

    private static string[] Names(params string[] rows) => [.. rows.Select(row => row.Split(": ")).SelectMany(row => row[1].Split(' ').Select(number => string.Create(CultureInfo.InvariantCulture, $"{row[0]}-{number}")))];
}
