namespace Plimsoll.Guard.Normalisation;

/// <summary>Character references of HTML inside of a value: all numeric ones, with or without `;`, and those names that markup and scripts need.</summary>
internal static class HtmlEntities
{
    private const int longestName = 8;

    /// <summary>Bytes written; 0 when there is nothing to decode.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var written = 0;
        var isChanged = false;
        while (!text.IsEmpty)
        {
            var run = text.IndexOf((byte)'&');
            if (run < 0) run = text.Length;
            text[..run].CopyTo(target[written..]);
            written += run;
            text = text[run..];
            if (text.IsEmpty) break;
            var length = text.Length > 2 && text[1] == '#' ? Number(text, out var scalar) : Name(text, out scalar);
            if (length == 0)
            {
                target[written++] = text[0];
                text = text[1..];
                continue;
            }
            isChanged = true;
            written += Text.Encode(scalar, target[written..]);
            text = text[length..];
        }
        return isChanged ? written : 0;
    }

    private static int Number(ReadOnlySpan<byte> text, out uint scalar)
    {
        var isHex = text[2] is (byte)'x' or (byte)'X';
        var end = isHex ? 3 : 2;
        while (end < text.Length && (isHex ? char.IsAsciiHexDigit((char)text[end]) : char.IsAsciiDigit((char)text[end]))) end++;
        if (!CharacterReference.TryRead(text[2..end], out scalar)) return 0;
        return end < text.Length && text[end] == ';' ? end + 1 : end;
    }

    private static int Name(ReadOnlySpan<byte> text, out uint scalar)
    {
        scalar = 0;
        var end = 1;
        while (end < text.Length && end <= longestName && char.IsAsciiLetter((char)text[end])) end++;
        var name = text[1..end];
        var hasEnd = end < text.Length && text[end] == ';';
        // These five are read without `;` too, as HTML's old pages need.
        scalar = name.SequenceEqual("lt"u8) || name.SequenceEqual("LT"u8) ? '<'
            : name.SequenceEqual("gt"u8) || name.SequenceEqual("GT"u8) ? '>'
            : name.SequenceEqual("amp"u8) || name.SequenceEqual("AMP"u8) ? '&'
            : name.SequenceEqual("quot"u8) || name.SequenceEqual("QUOT"u8) ? '"'
            : name.SequenceEqual("nbsp"u8) ? 0xA0u
            : 0u;
        if (scalar == 0 && hasEnd) scalar = Named(name);
        return scalar == 0 ? 0 : hasEnd ? end + 1 : end;
    }

    private static uint Named(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("apos"u8) ? '\'' : name.SequenceEqual("Tab"u8) ? '\t' : name.SequenceEqual("NewLine"u8) ? '\n' : name.SequenceEqual("colon"u8) ? ':'
        : name.SequenceEqual("lpar"u8) ? '(' : name.SequenceEqual("rpar"u8) ? ')' : name.SequenceEqual("sol"u8) ? '/' : name.SequenceEqual("bsol"u8) ? '\\'
        : name.SequenceEqual("equals"u8) ? '=' : name.SequenceEqual("semi"u8) ? ';' : name.SequenceEqual("comma"u8) ? ',' : name.SequenceEqual("period"u8) ? '.'
        : name.SequenceEqual("grave"u8) ? '`' : name.SequenceEqual("lbrace"u8) ? '{' : name.SequenceEqual("rbrace"u8) ? '}' : name.SequenceEqual("excl"u8) ? '!'
        : name.SequenceEqual("num"u8) ? '#' : name.SequenceEqual("percnt"u8) ? '%' : name.SequenceEqual("lsqb"u8) ? '[' : name.SequenceEqual("rsqb"u8) ? ']' : 0u;
}
