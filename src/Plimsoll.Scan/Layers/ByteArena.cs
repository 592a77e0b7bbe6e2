using System.Runtime.InteropServices;

namespace Plimsoll.Scan.Layers;

/// <summary>Strings of bytes one after the other, each with its length in front; addressed by a 32-bit offset. They are good until it is disposed of.</summary>
internal sealed unsafe class ByteArena : IDisposable
{
    private const int Bits = 16;
    private const int ChunkSize = 1 << Bits;
    private readonly List<nint> chunks = [];
    private int used = ChunkSize;

    /// <summary>Longest string that it takes.</summary>
    public const int MaxLength = 8 * 1024;

    public int Add(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxLength) throw new ArgumentException($"{value.Length} bytes is more than {MaxLength}", nameof(value));
        var prefix = value.Length < 128 ? 1 : 2;
        if (used + prefix + value.Length > ChunkSize)
        {
            if (chunks.Count >= 1 << (31 - Bits)) throw new InvalidOperationException("more than 2 GiB of names");
            chunks.Add((nint)NativeMemory.Alloc(ChunkSize));
            used = 0;
        }
        var offset = ((chunks.Count - 1) << Bits) + used;
        var to = Chunk(chunks.Count - 1)[used..];
        if (prefix == 1)
        {
            to[0] = (byte)value.Length;
        }
        else
        {
            to[0] = (byte)(0x80 | (value.Length >> 8));
            to[1] = (byte)value.Length;
        }
        value.CopyTo(to[prefix..]);
        used += prefix + value.Length;
        return offset;
    }

    public ReadOnlySpan<byte> Get(int offset)
    {
        var from = Chunk(offset >> Bits)[(offset & (ChunkSize - 1))..];
        return from[0] < 128 ? from.Slice(1, from[0]) : from.Slice(2, ((from[0] & 0x7F) << 8) | from[1]);
    }

    private Span<byte> Chunk(int index) => new((byte*)chunks[index], ChunkSize);

    public void Dispose()
    {
        foreach (var chunk in chunks) NativeMemory.Free((byte*)chunk);
        chunks.Clear();
    }
}
