namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`/* */` and `&lt;!-- --&gt;` are left out; after `--` or `#` everything is.</summary>
internal static class RemoveComments
{
    public static readonly Transformation Word = new("removeComments", "without comments", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[at..];
            if (rest.StartsWith("/*"u8))
            {
                var close = rest[2..].IndexOf("*/"u8);
                at = close < 0 ? value.Length : at + close + 4;
            }
            else if (rest.StartsWith("<!--"u8))
            {
                var close = rest[4..].IndexOf("-->"u8);
                at = close < 0 ? value.Length : at + close + 7;
            }
            else if (rest[0] == '#' || rest.StartsWith("--"u8)) break;
            else output[length++] = value[at++];
        }
        return length == value.Length ? -1 : length;
    }
}
