namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>lowercase and uppercase: of ASCII alone.</summary>
internal static class Cases
{
    public static int Lower(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)'A', (byte)'Z')) return -1;
        for (var i = 0; i < value.Length; i++) output[i] = char.IsAsciiLetterUpper((char)value[i]) ? (byte)(value[i] | 0x20) : value[i];
        return value.Length;
    }

    public static int Upper(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)'a', (byte)'z')) return -1;
        for (var i = 0; i < value.Length; i++) output[i] = char.IsAsciiLetterLower((char)value[i]) ? (byte)(value[i] & ~0x20) : value[i];
        return value.Length;
    }
}
