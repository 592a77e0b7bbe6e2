using System.Numerics;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The highest bit of each byte is set when the number of bits is even, and cleared otherwise: odd parity for bytes of seven bits.</summary>
internal static class ParityOdd7bit
{
    public static readonly Transformation Word = new("parityOdd7bit", "with odd parity", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        for (var i = 0; i < value.Length; i++) output[i] = (byte)((value[i] & 0x7F) | ((BitOperations.PopCount((uint)value[i]) + 1) % 2 << 7));
        return value.Length;
    }
}
