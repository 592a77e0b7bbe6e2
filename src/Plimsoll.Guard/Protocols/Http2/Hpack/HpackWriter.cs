using System.Text;

namespace Plimsoll.Guard.Protocols.Http2.Hpack;

/// <summary>
/// Writes fields (RFC 7541) by the static table and as literals, Huffman-coded where that is shorter. No dynamic table:
/// nothing of an answer is remembered, so no state per connection and nothing for attacks on compression to measure.
/// </summary>
internal static class HpackWriter
{
    /// <summary>Tells the peer's decoder that its table is not used.</summary>
    public static void WriteEmptyTable(FrameBuffer to) => WriteInteger(to, 0, 5, 0x20);

    /// <summary>A field whose name and value are an entry of the static table.</summary>
    public static void WriteIndexed(FrameBuffer to, int index) => WriteInteger(to, index, 7, 0x80);

    /// <summary>The name may be of any case, and is written in lower case.</summary>
    /// <param name="isSecret">Never to be put into a table by anybody after us.</param>
    public static void Write(FrameBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isSecret = false)
    {
        var index = StaticTable.IndexOf(name);
        WriteInteger(to, index, 4, (byte)(isSecret ? 0x10 : 0));
        if (index == 0)
        {
            Span<byte> lower = stackalloc byte[256];
            if (name.Length <= lower.Length)
            {
                Ascii.ToLower(name, lower, out var length);
                WriteString(to, lower[..length]);
            }
            else WriteLongName(to, name);
        }
        WriteString(to, value);
    }

    private static void WriteLongName(FrameBuffer to, ReadOnlySpan<byte> name)
    {
        WriteInteger(to, name.Length, 7, 0);
        Ascii.ToLower(name, to.Reserve(name.Length), out var length);
        to.Commit(length);
    }

    private static void WriteString(FrameBuffer to, ReadOnlySpan<byte> text)
    {
        var coded = Huffman.EncodedLength(text);
        if (coded < text.Length)
        {
            WriteInteger(to, coded, 7, 0x80);
            Huffman.Encode(text, to.Reserve(coded));
            to.Commit(coded);
            return;
        }
        WriteInteger(to, text.Length, 7, 0);
        text.CopyTo(to.Reserve(text.Length));
        to.Commit(text.Length);
    }

    private static void WriteInteger(FrameBuffer to, int number, int prefix, byte kind)
    {
        var room = to.Reserve(6);
        var most = (1 << prefix) - 1;
        var count = 1;
        if (number < most) room[0] = (byte)(kind | number);
        else
        {
            room[0] = (byte)(kind | most);
            for (number -= most; number >= 0x80; number >>= 7) room[count++] = (byte)(number | 0x80);
            room[count++] = (byte)number;
        }
        to.Commit(count);
    }
}
