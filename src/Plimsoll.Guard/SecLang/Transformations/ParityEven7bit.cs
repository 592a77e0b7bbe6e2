using System.Numerics;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The highest bit of each byte is set when the number of bits is odd, and cleared otherwise: even parity for bytes of seven bits.</summary>
internal static class ParityEven7bit
{
    public static readonly Transformation Word = new("parityEven7bit", "with even parity", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        for (var i = 0; i < value.Length; i++) output[i] = (byte)((value[i] & 0x7F) | (BitOperations.PopCount((uint)value[i]) % 2 << 7));
        return value.Length;
    }
}
