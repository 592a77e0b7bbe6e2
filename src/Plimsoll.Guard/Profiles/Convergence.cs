using System.Globalization;

namespace Plimsoll.Guard.Profiles;

/// <summary>
/// Whether enough was learned: how often something new came in this run, and how often the next will be, docs/guard-postgres.md.
/// </summary>
/// <param name="Seen">Statements or connections since the start.</param>
/// <param name="Kinds">How many different ones: shapes with whose they are, or destinations.</param>
/// <param name="New">Of these, those that the profile did not have at the start.</param>
/// <param name="Once">Of the new ones, those that came exactly once.</param>
/// <param name="Since">How many have come since the last new one, or since the start when there was none.</param>
/// <param name="QuietSince">When that was.</param>
/// <param name="Quiet">How long ago that was.</param>
internal readonly record struct Convergence(long Seen, long Kinds, long New, long Once, long Since, DateTimeOffset QuietSince, TimeSpan Quiet)
{
    /// <summary>-ln 0.05: where one of n cases is new, three times n pass without one in 5 % of all trials. J. A. Hanley and A. Lippman-Hand, JAMA 249 (1983).</summary>
    private const int ruleOfThree = 3;

    /// <summary>Few enough of these for a person to look at each.</summary>
    private const long enough = 1_000;

    /// <summary>What comes every hour has come.</summary>
    private static readonly TimeSpan longEnough = TimeSpan.FromHours(1);

    /// <summary>
    /// The probability, at most, that the next one is new; at most 1. The larger of two estimates. The rule of three bounds it with 95 % by how
    /// many came since the last new one. I. J. Good (Biometrika 40, 1953) estimates it by how many new ones came once, which keeps a
    /// pause from being taken for an end while each new kind is still rare.
    /// </summary>
    public double Bound => Since == 0 ? 1 : Math.Min(1, Math.Max((double)ruleOfThree / Since, (double)Once / Seen));

    /// <summary>The next is new in fewer than one of so many cases; 1 when nothing can be said.</summary>
    public long OneOf => Math.Max(1, Math.Min(Since / ruleOfThree, Once == 0 ? long.MaxValue : Seen / Once));

    /// <summary>Whether a person should hear that the profile grows no more.</summary>
    public bool IsReached => OneOf >= enough && Quiet >= longEnough;

    /// <summary>What of it people read.</summary>
    public string Estimate(Nouns nouns) => OneOf < 2
        ? $"too few to say how often a {nouns.One} {nouns.Of} a new {nouns.Kind} will come"
        : $"the next {nouns.One} is {nouns.Of} a new {nouns.Kind} in fewer than 1 of {Number(OneOf)} cases";

    /// <summary>What was counted.</summary>
    public string Counts(Nouns nouns)
    {
        var seen = $"{Many(Seen, nouns.One)} {nouns.Of} {Many(Kinds, nouns.Kind)}";
        if (New == 0) return $"{seen}, none of them new, in {Age(Quiet)}";
        return $"{seen}, {Number(New)} new and {Number(Once)} of these seen only once; {Many(Since, nouns.One)} and {Age(Quiet)} since the last new one";
    }

    /// <summary>Whole minutes, hours or days: `35 s`, `4 min`, `2 h 14 min`, `3 d 4 h`.</summary>
    public static string Age(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    /// <summary>What is counted, and what two may have in common: `connection`, `to`, `destination`.</summary>
    internal sealed record Nouns(string One, string Of, string Kind);

    public static readonly Nouns Statements = new("statement", "of", "shape");
    public static readonly Nouns Connections = new("connection", "to", "destination");

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Many(long number, string one) => $"{Number(number)} {one}{(number == 1 ? "" : "s")}";
}
