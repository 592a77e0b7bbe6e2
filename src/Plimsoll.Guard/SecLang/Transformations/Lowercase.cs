namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>ASCII letters alone.</summary>
internal static class Lowercase
{
    public static readonly Transformation Word = new("lowercase", "in lower case", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)'A', (byte)'Z')) return -1;
        for (var i = 0; i < value.Length; i++) output[i] = char.IsAsciiLetterUpper((char)value[i]) ? (byte)(value[i] | 0x20) : value[i];
        return value.Length;
    }
}
