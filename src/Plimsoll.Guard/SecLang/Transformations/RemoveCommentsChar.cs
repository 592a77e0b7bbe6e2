namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`/*`, `*/`, `&lt;!--`, `--&gt;`, `--` and `#` are left out, what is between them stays.</summary>
internal static class RemoveCommentsChar
{
    public static readonly Transformation Word = new("removeCommentsChar", "without comment marks", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[at..];
            if (rest.StartsWith("<!--"u8)) at += 4;
            else if (rest.StartsWith("-->"u8)) at += 3;
            else if (rest.StartsWith("/*"u8) || rest.StartsWith("*/"u8) || rest.StartsWith("--"u8)) at += 2;
            else if (rest[0] == '#') at++;
            else output[length++] = value[at++];
        }
        return length == value.Length ? -1 : length;
    }
}
