namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space as C has it: blank, and 9 to 13.</summary>
internal static class WhiteSpace
{
    public static bool Has(byte value) => value is (byte)' ' or (>= 9 and <= 13);

    public static int Trim(ReadOnlySpan<byte> value, Span<byte> output, bool left, bool right)
    {
        var rest = value;
        while (left && !rest.IsEmpty && Has(rest[0])) rest = rest[1..];
        while (right && !rest.IsEmpty && Has(rest[^1])) rest = rest[..^1];
        if (rest.Length == value.Length) return -1;
        rest.CopyTo(output);
        return rest.Length;
    }
}
