namespace Plimsoll.Scan.Layers;

/// <summary>
/// A list that grows without copying: memory is what its items need, never the doubled copy of a growing array.
/// Items keep their address, so references to them stay good.
/// </summary>
internal sealed class ChunkedList<T> where T : struct
{
    private const int Bits = 12;
    private const int ChunkSize = 1 << Bits;
    private T[]?[] chunks = new T[]?[16];

    public int Count { get; private set; }

    public ref T this[int index] => ref chunks[index >> Bits]![index & (ChunkSize - 1)];

    public int Add(in T item)
    {
        var index = Count;
        var chunk = index >> Bits;
        if (chunk == chunks.Length) Array.Resize(ref chunks, chunks.Length * 2);
        (chunks[chunk] ??= GC.AllocateUninitializedArray<T>(ChunkSize))[index & (ChunkSize - 1)] = item;
        Count++;
        return index;
    }
}
