namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>ASCII letters alone.</summary>
internal static class Uppercase
{
    public static readonly Transformation Word = new("uppercase", "in upper case", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)'a', (byte)'z')) return -1;
        for (var i = 0; i < value.Length; i++) output[i] = char.IsAsciiLetterLower((char)value[i]) ? (byte)(value[i] & ~0x20) : value[i];
        return value.Length;
    }
}
