using System.Globalization;

namespace Plimsoll.Core.Advisories;

/// <summary>Kinds of weaknesses by the numbers of MITRE's Common Weakness Enumeration (https://cwe.mitre.org).</summary>
public static class Cwe
{
    /// <summary>Digits of a number: the list has some thousand entries.</summary>
    private const int MostDigits = 5;

    /// <summary>Reads `CWE-79`. False for what is no number of the list, as `NVD-CWE-noinfo`.</summary>
    public static bool TryParse(string? text, out int number)
    {
        number = 0;
        return text is not null && text.StartsWith("CWE-", StringComparison.Ordinal) && text.Length <= "CWE-".Length + MostDigits
            && int.TryParse(text.AsSpan("CWE-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }

    /// <summary>`CWE-79`.</summary>
    public static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"CWE-{number}");

    /// <summary>Where MITRE explains it.</summary>
    public static string Page(int number) => string.Create(CultureInfo.InvariantCulture, $"https://cwe.mitre.org/data/definitions/{number}.html");
}
