using System.Globalization;

namespace Plimsoll.Core.Advisories;

/// <summary>A CVE's number, `CVE-2021-44228` (https://www.cve.org/About/Process: a year, and four digits or more). Ordered by year, then by number.</summary>
public readonly record struct CveId(int Year, uint Number) : IComparable<CveId>
{
    /// <summary>The first year that has numbers; the last that is taken for one is 254 later.</summary>
    public const int FirstYear = 1999;

    public static bool TryParse(ReadOnlySpan<char> text, out CveId id)
    {
        id = default;
        if (text.Length is < 13 or > 20 || !text.StartsWith("CVE-", StringComparison.Ordinal) || text[8] != '-') return false;
        if (!int.TryParse(text[4..8], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !uint.TryParse(text[9..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || year is < FirstYear or > FirstYear + 254
            || (text[9] == '0' && text.Length > 13)) return false;
        id = new CveId(year, number);
        return true;
    }

    public int CompareTo(CveId other) => Year != other.Year ? Year.CompareTo(other.Year) : Number.CompareTo(other.Number);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"CVE-{Year:D4}-{Number:D4}");

    public static bool operator <(CveId left, CveId right) => left.CompareTo(right) < 0;
    public static bool operator >(CveId left, CveId right) => left.CompareTo(right) > 0;
    public static bool operator <=(CveId left, CveId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(CveId left, CveId right) => left.CompareTo(right) >= 0;
}
