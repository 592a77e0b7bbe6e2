namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Each `/* */` becomes one blank; one that is not closed does so to the end. `*/` alone stays.</summary>
internal static class ReplaceComments
{
    public static readonly Transformation Word = new("replaceComments", "comments made a blank", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (value.IndexOf("/*"u8) < 0) return -1;
        var length = 0;
        while (!value.IsEmpty)
        {
            var open = value.IndexOf("/*"u8);
            var before = open < 0 ? value : value[..open];
            before.CopyTo(output[length..]);
            length += before.Length;
            if (open < 0) break;
            output[length++] = (byte)' ';
            var close = value[(open + 2)..].IndexOf("*/"u8);
            if (close < 0) break;
            value = value[(open + close + 4)..];
        }
        return length;
    }
}
