namespace Plimsoll.Scan.Layers.Cache;

/// <summary>Makes a file of the cache whole: contents behind the entries, then the index, then the header.</summary>
internal sealed class LayerWriter(CacheFolder.UnfinishedFile file, long largest)
{
    private readonly List<LayerFormat.Content> index = [];
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
    private long position = LayerFormat.HeaderSize;

    /// <summary>Reads bytes at an offset; 0 at the end.</summary>
    public delegate int Source(Span<byte> to, long offset);

    public bool IsTooLarge => position + ((long)index.Count * LayerFormat.Content.Bytes) > largest;

    /// <summary>Entries that stand in the file already.</summary>
    public void Skip(long bytes) => position += bytes;

    /// <summary>Copies entries from another file of the cache.</summary>
    public void Copy(Source source, long offset, long bytes) => Append(source, offset, bytes);

    /// <param name="expected">The checksum that the bytes must have; a content with another one is left out.</param>
    public void AddContent(long tarOffset, Source source, long offset, long size, uint? expected)
    {
        if (IsTooLarge || position + size > largest)
        {
            position = Math.Max(position, largest + 1);
            return; // The file will not be kept at all.
        }
        var start = position;
        if (Append(source, offset, size) is { } checksum && (expected is null || checksum == expected)) index.Add(new LayerFormat.Content(tarOffset, start, size, checksum));
        else position = start; // Damaged or cut: not kept, so read from the layer again.
    }

    /// <param name="header">With the digests, the sizes and the checksum of the entries.</param>
    public void Finish(LayerFormat header)
    {
        index.Sort((left, right) => left.TarOffset.CompareTo(right.TarOffset));
        var bytes = new byte[index.Count * LayerFormat.Content.Bytes];
        for (var i = 0; i < index.Count; i++) index[i].Write(bytes.AsSpan(i * LayerFormat.Content.Bytes));
        RandomAccess.Write(file.Handle, bytes, position);
        header = header with { IndexOffset = position, IndexCount = index.Count, IndexChecksum = Checksum.Of(bytes), FileSize = position + bytes.Length };
        RandomAccess.SetLength(file.Handle, header.FileSize);
        RandomAccess.Write(file.Handle, header.ToBytes(), 0);
    }

    private uint? Append(Source source, long offset, long bytes)
    {
        var checksum = Checksum.Start;
        for (var done = 0L; done < bytes;)
        {
            var read = source(buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes - done)), offset + done);
            if (read == 0) return null;
            RandomAccess.Write(file.Handle, buffer.AsSpan(0, read), position);
            checksum = Checksum.Append(checksum, buffer.AsSpan(0, read));
            position += read;
            done += read;
        }
        return checksum;
    }
}
