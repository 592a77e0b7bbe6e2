using System.Collections.Frozen;
using System.Globalization;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>What operators make of values in <see cref="PhpIniGrammar"/>: numbers of 32 bits.</summary>
internal static class PhpIniNumbers
{
    /// <summary>Error levels (PHP's manual, "Predefined Constants" of errors).</summary>
    public static readonly FrozenDictionary<string, int> Constants = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["E_ERROR"] = 1, ["E_WARNING"] = 2, ["E_PARSE"] = 4, ["E_NOTICE"] = 8, ["E_CORE_ERROR"] = 16, ["E_CORE_WARNING"] = 32, ["E_COMPILE_ERROR"] = 64, ["E_COMPILE_WARNING"] = 128,
        ["E_USER_ERROR"] = 256, ["E_USER_WARNING"] = 512, ["E_USER_NOTICE"] = 1024, ["E_STRICT"] = 2048, ["E_RECOVERABLE_ERROR"] = 4096, ["E_DEPRECATED"] = 8192, ["E_USER_DEPRECATED"] = 16384, ["E_ALL"] = 32767,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <param name="sign">`|`, `&amp;` or `^`.</param>
    public static string Of(string left, char sign, string right)
    {
        var (a, b) = (Number(left), Number(right));
        return (sign switch { '|' => a | b, '&' => a & b, _ => a ^ b }).ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="sign">`~` or `!`.</param>
    public static string Of(char sign, string value) => (sign == '~' ? ~Number(value) : Number(value) == 0 ? 1 : 0).ToString(CultureInfo.InvariantCulture);

    /// <summary>As C's atoi does: blanks, a sign, digits; the rest counts for nothing.</summary>
    private static int Number(string value)
    {
        var digits = value.AsSpan().TrimStart(" \t\n\r\v\f");
        var isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+')) digits = digits[1..];
        long number = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c) || number > long.MaxValue / 10 - 10) break;
            number = number * 10 + (c - '0');
        }
        return unchecked((int)(isNegative ? -number : number));
    }
}
