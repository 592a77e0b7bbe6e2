using System.Globalization;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>Numbers, sizes and times as servers write them.</summary>
internal static class Quantities
{
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Bytes: `10m`, `512kb`, `1G`, `4096`; units are powers of 1024.</summary>
    public static decimal? Size(string text)
    {
        var (number, unit) = Split(text);
        return number * Factor(unit.ToLowerInvariant());

        static decimal? Factor(string unit) => unit switch
        {
            "" or "b" => 1,
            "k" or "kb" or "kib" => 1L << 10,
            "m" or "mb" or "mib" => 1L << 20,
            "g" or "gb" or "gib" => 1L << 30,
            "t" or "tb" or "tib" => 1L << 40,
            _ => null,
        };
    }

    /// <summary>Seconds: `60`, `60s`, `1h 30m`, `500ms`, `1d`; nginx's `M` is a month, `m` a minute.</summary>
    public static decimal? Seconds(string text)
    {
        decimal total = 0;
        var any = false;
        for (var rest = text.Trim(); rest.Length > 0; any = true)
        {
            var digits = Digits(rest);
            if (digits == 0) return null;
            var end = digits;
            while (end < rest.Length && char.IsAsciiLetter(rest[end])) end++;
            if (Number(rest[..digits]) * Factor(rest[digits..end]) is not { } part) return null;
            if (part > 1_000_000_000_000 || total > 1_000_000_000_000) return null; // Longer than any clock.
            total += part;
            rest = rest[end..].TrimStart();
        }
        return any ? total : null;

        static decimal? Factor(string unit) => unit switch
        {
            "ms" => 0.001m,
            "us" => 0.000001m,
            "" or "s" or "sec" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            "M" => 2_592_000,
            "y" => 31_536_000,
            _ => null,
        };
    }

    public static int? Compare(decimal? left, decimal? right) => left is { } l && right is { } r ? l.CompareTo(r) : null;

    private static (decimal? Number, string Unit) Split(string text)
    {
        text = text.Trim();
        var digits = Digits(text);
        return (digits is 0 or > 20 ? null : Number(text[..digits]), text[digits..]);
    }

    private static int Digits(string text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        return at == 1 && text[0] == '-' ? 0 : at;
    }
}
