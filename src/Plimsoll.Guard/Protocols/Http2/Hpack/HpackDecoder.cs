using System.Buffers;

namespace Plimsoll.Guard.Protocols.Http2.Hpack;

/// <summary>
/// Reads header blocks (RFC 7541): indexed fields, literals with and without indexing, size updates at the beginning. Its
/// memory is the dynamic table, and two strings of a block while one is read.
/// </summary>
/// <param name="tableBytes">Our SETTINGS_HEADER_TABLE_SIZE.</param>
internal sealed class HpackDecoder(int tableBytes)
{
    /// <summary>Bytes of an integer after its prefix: 28 bits, more than any block.</summary>
    private const int mostOfInteger = 4;

    /// <summary>RFC 7541, section 4.2: the smallest and the last, when there were more changes.</summary>
    private const int mostUpdates = 2;

    private readonly DynamicTable table = new(tableBytes);
    private byte[]? nameScratch;
    private byte[]? valueScratch;

    public enum Step
    {
        Field,
        End,
        /// <summary>The table is not known any more: the connection cannot go on.</summary>
        Failed,
    }

    /// <summary>As RFC 7541, section 4.1 counts it.</summary>
    public int TableSize => table.Size;

    /// <summary>The next field of a complete block. Name and value stay valid until the next call.</summary>
    /// <param name="at">0 at the beginning of a block.</param>
    public Step Next(ReadOnlySpan<byte> block, ref int at, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (at == 0 && !SizeUpdates(block, ref at)) return Step.Failed;
        if (at == block.Length)
        {
            Release();
            return Step.End;
        }
        var kind = block[at];
        if ((kind & 0x80) != 0) return Integer(block, ref at, 7, out var indexed) && Lookup(indexed, out name, out value) ? Step.Field : Step.Failed;
        if ((kind & 0xE0) == 0x20) return Step.Failed; // A size update after a field.
        var isInserted = (kind & 0x40) != 0;
        if (!Integer(block, ref at, isInserted ? 6 : 4, out var index)) return Step.Failed;
        if (index == 0 ? !String(block, ref at, ref nameScratch, out name) : !Lookup(index, out name, out _)) return Step.Failed;
        if (!String(block, ref at, ref valueScratch, out value)) return Step.Failed;
        if (!isInserted) return Step.Field;
        if (index > StaticTable.Count) name = Copy(name); // Its entry may make room for the new one.
        table.Insert(name, value);
        return Step.Field;
    }

    /// <summary>Gives the buffers back.</summary>
    public void Release()
    {
        if (nameScratch is not null) ArrayPool<byte>.Shared.Return(nameScratch);
        if (valueScratch is not null) ArrayPool<byte>.Shared.Return(valueScratch);
        (nameScratch, valueScratch) = (null, null);
    }

    private bool SizeUpdates(ReadOnlySpan<byte> block, ref int at)
    {
        for (var updates = 0; at < block.Length && (block[at] & 0xE0) == 0x20; updates++)
            if (updates == mostUpdates || !Integer(block, ref at, 5, out var size) || !table.TryResize(size)) return false;
        return true;
    }

    private bool Lookup(int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (index == 0) return false;
        if (index <= StaticTable.Count)
        {
            name = StaticTable.Name(index);
            value = StaticTable.Value(index);
            return true;
        }
        index -= StaticTable.Count + 1;
        if (index >= table.Count) return false;
        name = table.Name(index);
        value = table.Value(index);
        return true;
    }

    private static bool Integer(ReadOnlySpan<byte> block, ref int at, int prefix, out int number)
    {
        var most = (1 << prefix) - 1;
        number = block[at++] & most;
        if (number < most) return true;
        for (var i = 0; i < mostOfInteger && at < block.Length; i++)
        {
            var next = block[at++];
            number += (next & 0x7F) << (7 * i);
            if ((next & 0x80) == 0) return true;
        }
        return false;
    }

    private static bool String(ReadOnlySpan<byte> block, ref int at, ref byte[]? scratch, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (at == block.Length) return false;
        var isCoded = (block[at] & 0x80) != 0;
        if (!Integer(block, ref at, 7, out var length) || length > block.Length - at) return false;
        text = block.Slice(at, length);
        at += length;
        if (!isCoded) return true;
        var decoded = Huffman.Decode(text, Room(ref scratch, Huffman.MostDecoded(length)));
        if (decoded < 0) return false;
        text = scratch.AsSpan(0, decoded);
        return true;
    }

    private ReadOnlySpan<byte> Copy(ReadOnlySpan<byte> name)
    {
        var room = Room(ref nameScratch, name.Length);
        name.CopyTo(room);
        return room[..name.Length];
    }

    private static Span<byte> Room(ref byte[]? scratch, int length)
    {
        if (scratch is not null && scratch.Length >= length) return scratch;
        if (scratch is not null) ArrayPool<byte>.Shared.Return(scratch);
        return scratch = ArrayPool<byte>.Shared.Rent(Math.Max(length, 256));
    }
}
