using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Policies;

namespace Plimsoll.Scan.Policies;

/// <summary>Conditions as they are typed after `--fail-on`: `high,kev,epss=0.1,age=30,eol,fixable`.</summary>
public static class FailOn
{
    public const string Help = "critical, high, medium or low, kev, epss=0.1, age=30, eol, fixable";

    /// <summary>Adds what is typed to conditions of a file, and takes the place of the same ones.</summary>
    /// <param name="wrong">Is told each word that is no condition, a clause.</param>
    public static FailConditions Add(FailConditions to, string words, ICollection<string> wrong)
    {
        var all = words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // An empty variable of a pipeline must not be a gate that lets everything through.
        if (all.Length == 0) wrong.Add($"`--fail-on` names no condition: write {Help}, with commas between");
        foreach (var word in all)
            if (Add(to, word) is { } more) to = more;
            else wrong.Add($"`--fail-on {word}` is no condition: write {Help}, with commas between");
        return to;
    }

    private static FailConditions? Add(FailConditions to, string word)
    {
        if (Severity(word) is { } rating) return to with { Severity = rating };
        if (word.StartsWith("epss=", StringComparison.Ordinal)) return Probability(word[5..]) is { } probability ? to with { Probability = probability } : null;
        if (word.StartsWith("age=", StringComparison.Ordinal)) return Days(word[4..]) is { } days ? to with { Age = days } : null;
        return word switch
        {
            "kev" => to with { Exploited = true },
            "eol" => to with { EndOfLife = true },
            "fixable" => to with { FixableOnly = true },
            _ => null,
        };
    }

    internal static CvssRating? Severity(string word) => word switch
    {
        "critical" => CvssRating.Critical,
        "high" => CvssRating.High,
        "medium" => CvssRating.Medium,
        "low" => CvssRating.Low,
        _ => null,
    };

    internal static double? Probability(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 1 ? value : null;

    internal static int? Days(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 36_500 ? days : null;
}
