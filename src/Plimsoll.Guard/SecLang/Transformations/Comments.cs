namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>replaceComments, removeComments, removeCommentsChar: comments of C, SQL and HTML.</summary>
internal static class Comments
{
    /// <summary>Each `/* */` becomes one blank; one that is not closed does so to the end. `*/` alone stays.</summary>
    public static int Replace(ReadOnlySpan<byte> value, Span<byte> output)
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

    /// <summary>`/* */` and `&lt;!-- --&gt;` are left out; after `--` or `#` everything is.</summary>
    public static int Remove(ReadOnlySpan<byte> value, Span<byte> output)
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

    /// <summary>`/*`, `*/`, `&lt;!--`, `--&gt;`, `--` and `#` are left out, what is between them stays.</summary>
    public static int RemoveMarks(ReadOnlySpan<byte> value, Span<byte> output)
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
