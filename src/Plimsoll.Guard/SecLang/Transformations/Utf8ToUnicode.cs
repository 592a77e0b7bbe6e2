using System.Text;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>What is not ASCII becomes `%uhhhh`; bytes that are no UTF-8 stay.</summary>
internal static class Utf8ToUnicode
{
    public static readonly Transformation Word = new("utf8toUnicode", "other than ASCII as %u", Apply, factor: 3);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return -1;
        var length = 0;
        while (!value.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(value, out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done || rune.IsAscii)
            {
                value[..used].CopyTo(output[length..]);
                length += used;
            }
            else
            {
                "%u"u8.CopyTo(output[length..]);
                length += 2;
                for (var shift = rune.Value > 0xFFFF ? rune.Value > 0xFFFFF ? 20 : 16 : 12; shift >= 0; shift -= 4) output[length++] = "0123456789abcdef"u8[(rune.Value >> shift) & 15];
            }
            value = value[used..];
        }
        return length;
    }
}
