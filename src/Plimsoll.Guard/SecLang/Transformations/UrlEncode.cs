namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>A blank becomes a plus, all but letters, digits and `*` two small digits.</summary>
internal static class UrlEncode
{
    public static readonly Transformation Word = new("urlEncode", "percent encoded", Apply, factor: 3);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        foreach (var one in value)
        {
            if (one == ' ') output[length++] = (byte)'+';
            else if (char.IsAsciiLetterOrDigit((char)one) || one == '*') output[length++] = one;
            else
            {
                output[length++] = (byte)'%';
                output[length++] = "0123456789abcdef"u8[one >> 4];
                output[length++] = "0123456789abcdef"u8[one & 15];
            }
        }
        return length;
    }
}
