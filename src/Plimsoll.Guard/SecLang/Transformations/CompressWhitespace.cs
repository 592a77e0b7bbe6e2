using System.Buffers;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Runs of white space become one blank, the no-break space A0 among it.</summary>
internal static class CompressWhitespace
{
    private static readonly SearchValues<byte> blanks = SearchValues.Create([.. " \t\n\r\f\v"u8, 0xA0]);

    public static readonly Transformation Word = new("compressWhitespace", "white space made one blank", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(blanks)) return -1;
        var length = 0;
        var isIn = false;
        foreach (var one in value)
        {
            var isBlank = blanks.Contains(one);
            if (!isBlank) output[length++] = one;
            else if (!isIn) output[length++] = (byte)' ';
            isIn = isBlank;
        }
        return length;
    }
}
