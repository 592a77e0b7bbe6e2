namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>
/// A character of two to four bytes becomes `%uhhhh`. Overlong forms do so too, because a server may read them, with their first byte behind
/// them, as do surrogates. NUL and a first byte that nothing follows are left out; a byte that begins no character stays.
/// </summary>
internal static class Utf8ToUnicode
{
    public static readonly Transformation Word = new("utf8toUnicode", "other than ASCII as %u", Apply, factor: 4);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyExceptInRange((byte)1, (byte)0x7F)) return -1;
        var length = 0;
        for (var at = 0; at < value.Length;)
        {
            var first = value[at];
            var size = first switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, < 0xF8 => 4, _ => 1 };
            if (first is >= 0xF5 and < 0xF8) output[length++] = first; // Beyond what four bytes may say.
            if (size == 1)
            {
                if (first != 0) output[length++] = first;
                at++;
                continue;
            }
            if (!Continues(value[(at + 1)..], size - 1))
            {
                at++;
                continue;
            }
            var character = first & (0x7F >> size);
            foreach (var one in value.Slice(at + 1, size - 1)) character = (character << 6) | (one & 0x3F);
            "%u"u8.CopyTo(output[length..]);
            length += 2;
            for (var shift = character > 0xFFFFF ? 20 : character > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4) output[length++] = "0123456789abcdef"u8[(character >> shift) & 15];
            var isOverlong = character < (size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000);
            if (isOverlong || character is >= 0xD800 and <= 0xDFFF) output[length++] = first;
            at += size;
        }
        return length;
    }

    private static bool Continues(ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count) return false;
        foreach (var one in rest[..count])
            if (one is < 0x80 or > 0xBF) return false;
        return true;
    }
}
