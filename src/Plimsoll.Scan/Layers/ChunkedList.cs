using System.Runtime.InteropServices;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// A list that grows without copying: memory is what its items need, never the doubled copy of a growing array.
/// Items keep their address, so references to them stay good until the list is disposed of.
/// </summary>
internal sealed unsafe class ChunkedList<T> : IDisposable where T : unmanaged
{
    private const int Bits = 12;
    private const int ChunkSize = 1 << Bits;
    private nint[] chunks = new nint[16];

    public int Count { get; private set; }

    public ref T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return ref ((T*)chunks[index >> Bits])[index & (ChunkSize - 1)];
        }
    }

    public int Add(in T item)
    {
        var index = Count;
        var chunk = index >> Bits;
        if (chunk == chunks.Length) Array.Resize(ref chunks, chunks.Length * 2);
        if (chunks[chunk] == 0) chunks[chunk] = (nint)NativeMemory.Alloc(ChunkSize, (nuint)sizeof(T));
        ((T*)chunks[chunk])[index & (ChunkSize - 1)] = item;
        Count++;
        return index;
    }

    public void Dispose()
    {
        Count = 0;
        foreach (var chunk in chunks) NativeMemory.Free((T*)chunk);
        chunks = [];
    }
}
