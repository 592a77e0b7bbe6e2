using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>Whether a token of JSON is a literal, a number (RFC 8259 §6), a number that readers round differently, one that only some accept, or nothing.</summary>
internal static class JsonNumber
{
    private static readonly SearchValues<byte> numberBytes = SearchValues.Create("0123456789+-.eE"u8);

    // What a double holds whatever the digits are (IEEE 754), and exponents that stay far from its ends.
    private const int exactDigits = 15;
    private const int farthestExponent = 290;

    public static Ambiguity Check(ReadOnlySpan<byte> token)
    {
        if (token.SequenceEqual("true"u8) || token.SequenceEqual("false"u8) || token.SequenceEqual("null"u8)) return Ambiguity.None;
        var rest = token;
        var isNegative = Take(ref rest, '-');
        if (!isNegative && Take(ref rest, '+')) return OddOrNothing(rest);
        if (Word(rest)) return Ambiguity.OddNumber;
        var whole = TakeDigits(ref rest);
        if (whole.Length > 1 && whole[0] == '0') return OddOrNothing(token);
        var hasPoint = Take(ref rest, '.');
        var fraction = hasPoint ? TakeDigits(ref rest) : default;
        if (whole.IsEmpty || hasPoint && fraction.IsEmpty) return OddOrNothing(token);
        var exponent = 0;
        if (Take(ref rest, 'e') || Take(ref rest, 'E'))
        {
            if (!Take(ref rest, '-')) Take(ref rest, '+');
            var digits = TakeDigits(ref rest).TrimStart((byte)'0');
            if (rest.IsEmpty && token[^1] is < (byte)'0' or > (byte)'9') return Ambiguity.JsonSyntax;
            foreach (var digit in digits) exponent = Math.Min(100_000, exponent * 10 + digit - '0');
        }
        if (!rest.IsEmpty) return whole is [(byte)'0'] && !hasPoint && rest[0] is (byte)'x' or (byte)'X' ? Ambiguity.OddNumber : Ambiguity.JsonSyntax;
        var isZero = !whole.ContainsAnyExcept((byte)'0') && !fraction.ContainsAnyExcept((byte)'0');
        var significant = Significant(whole, fraction);
        return significant > exactDigits || exponent + whole.Length + fraction.Length > farthestExponent || isZero && isNegative ? Ambiguity.ImpreciseNumber : Ambiguity.None;
    }

    /// <summary>Digits between the first and the last that are not 0, as 1200 has two; of a whole number all count.</summary>
    private static int Significant(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        whole = whole.TrimStart((byte)'0');
        return whole.IsEmpty ? fraction.TrimStart((byte)'0').Length : whole.Length + fraction.Length;
    }

    private static Ambiguity OddOrNothing(ReadOnlySpan<byte> token) =>
        !token.IsEmpty && !token.ContainsAnyExcept(numberBytes) && token.ContainsAnyInRange((byte)'0', (byte)'9') || Word(token) ? Ambiguity.OddNumber : Ambiguity.JsonSyntax;

    private static bool Word(ReadOnlySpan<byte> token) => token.SequenceEqual("NaN"u8) || token.SequenceEqual("Infinity"u8);

    private static bool Take(ref ReadOnlySpan<byte> rest, char letter)
    {
        if (rest.IsEmpty || rest[0] != letter) return false;
        rest = rest[1..];
        return true;
    }

    private static ReadOnlySpan<byte> TakeDigits(ref ReadOnlySpan<byte> rest)
    {
        var length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (length < 0) length = rest.Length;
        var digits = rest[..length];
        rest = rest[length..];
        return digits;
    }
}
