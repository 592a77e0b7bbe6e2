namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>What begins at `/*` or `&lt;!--` is left out up to `*/` or `--&gt;`, and is a blank when neither comes; after `--` or `#` everything is left out.</summary>
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
            var mark = rest.StartsWith("/*"u8) ? 2 : rest.StartsWith("<!--"u8) ? 4 : 0;
            if (mark > 0)
            {
                at += mark;
                while (at < value.Length && Closes(value[at..]) == 0) at++;
                if (at == value.Length) output[length++] = (byte)' ';
                else at += Closes(value[at..]);
            }
            else if (rest[0] == '#' || rest.StartsWith("--"u8)) break;
            else output[length++] = value[at++];
        }
        return length == value.Length ? -1 : length;
    }

    private static int Closes(ReadOnlySpan<byte> rest) => rest.StartsWith("*/"u8) ? 2 : rest.StartsWith("-->"u8) ? 3 : 0;
}
