namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The highest bit of each byte is cleared.</summary>
internal static class ParityZero7bit
{
    public static readonly Transformation Word = new("parityZero7bit", "with seven bits a byte", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        for (var i = 0; i < value.Length; i++) output[i] = (byte)(value[i] & 0x7F);
        return value.Length;
    }
}
