using System.Buffers;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>compressWhitespace, removeWhitespace, trim, trimLeft, trimRight, removeNulls. White space is that of C, and the no-break space A0 where runs are changed.</summary>
internal static class Blanks
{
    private static readonly SearchValues<byte> all = SearchValues.Create([.. " \t\n\r\f\v"u8, 0xA0]);

    public static bool IsBlank(byte value) => value is (byte)' ' or (>= 9 and <= 13);

    public static int Compress(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(all)) return -1;
        var length = 0;
        var isIn = false;
        foreach (var one in value)
        {
            var isBlank = IsBlank(one) || one == 0xA0;
            if (!isBlank) output[length++] = one;
            else if (!isIn) output[length++] = (byte)' ';
            isIn = isBlank;
        }
        return length;
    }

    public static int Remove(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(all)) return -1;
        var length = 0;
        foreach (var one in value)
            if (!IsBlank(one) && one != 0xA0) output[length++] = one;
        return length;
    }

    public static int Trim(ReadOnlySpan<byte> value, Span<byte> output, bool left, bool right)
    {
        var rest = value;
        while (left && !rest.IsEmpty && IsBlank(rest[0])) rest = rest[1..];
        while (right && !rest.IsEmpty && IsBlank(rest[^1])) rest = rest[..^1];
        if (rest.Length == value.Length) return -1;
        rest.CopyTo(output);
        return rest.Length;
    }

    public static int RemoveNulls(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)0)) return -1;
        var length = 0;
        foreach (var one in value)
            if (one != 0) output[length++] = one;
        return length;
    }
}
