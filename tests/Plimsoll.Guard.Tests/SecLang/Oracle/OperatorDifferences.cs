using System.Net;
using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Where our operators mean to differ from those of libmodsecurity 3.0.9, each with the reason. docs/guard-rules.md tells them.</summary>
internal static class OperatorDifferences
{
    /// <param name="what">The operator, and its argument when the rule spells it.</param>
    public static bool Excuses(string what, byte[] value, byte[] argument, bool ours) => what.Split(' ')[0] switch
    {
        // Numbers beyond 32 bits count as nothing or wrap there; here they are what they are.
        "eq" or "ge" or "gt" or "le" or "lt" => IsLarge(value) || IsLarge(argument),
        // F4 90 and above say characters beyond U+10FFFF, which RFC 3629 has not.
        "validateUtf8Encoding" => value.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xF4, 0x90]) >= 0,
        // Of networks that begin with the same address only one counts.
        "ipMatch" or "ipMatchFromFile" => what.Split(' ')[1].Split(',').Select(network => IPAddress.Parse(network.Split('/')[0])).ToList() is var first && first.Distinct().Count() < first.Count,
        // Bytes between bars are hexadecimal, as the manual has it; there they take the phrase apart or make others disappear. CRS has none.
        "pm" when what.Contains('|', StringComparison.Ordinal) => true,
        // A phrase that begins inside another one, where that one breaks off, may be missed.
        "pm" or "pmFromFile" => ours && what.Split(' ')[1..].Any(phrase => Lower(Encoding.Latin1.GetString(value)).Contains(Lower(phrase), StringComparison.Ordinal)),
        _ => false,
    };

    private static string Lower(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterUpper(letter) ? (char)(letter | 0x20) : letter));

    private static bool IsLarge(byte[] text) => Notes.Number(text) is > int.MaxValue or < int.MinValue;
}
