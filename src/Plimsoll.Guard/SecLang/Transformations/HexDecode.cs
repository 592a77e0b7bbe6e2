namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Pairs of digits become bytes; a digit too many is left out.</summary>
internal static class HexDecode
{
    public static readonly Transformation Word = new("hexDecode", "hexadecimal decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        for (var at = 0; at + 1 < value.Length; at += 2) output[length++] = (byte)((HexDigits.Value(value[at]) << 4) | HexDigits.Value(value[at + 1]));
        return length;
    }
}
