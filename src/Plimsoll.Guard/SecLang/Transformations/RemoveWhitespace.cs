using System.Buffers;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space is left out, and both bytes of the no-break space C2 A0 wherever they stand.</summary>
internal static class RemoveWhitespace
{
    private static readonly SearchValues<byte> gone = SearchValues.Create([.. " \t\n\r\f\v"u8, 0xA0, 0xC2]);

    public static readonly Transformation Word = new("removeWhitespace", "without white space", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(gone)) return -1;
        var length = 0;
        foreach (var one in value)
            if (!gone.Contains(one)) output[length++] = one;
        return length;
    }
}
