using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>A layer as the cache has it. What it gives has passed its checksum; what has not is as good as absent.</summary>
internal sealed class KeptLayer : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly LayerFormat.Content[] index;
    private readonly HashSet<long> passed = [];

    private KeptLayer(SafeFileHandle file, LayerFormat format, LayerFormat.Content[] index) => (this.file, Format, this.index) = (file, format, index);

    public LayerFormat Format { get; }

    /// <summary>Whether the content of a file was found to be damaged.</summary>
    public bool IsDamaged { get; private set; }

    public IReadOnlyList<LayerFormat.Content> Contents => index;

    /// <summary>Takes over the file.</summary>
    /// <returns>Null when the header, the entries or the index are damaged.</returns>
    public static KeptLayer? Open(SafeFileHandle file, byte[] key)
    {
        var kept = Read(file, key);
        if (kept is null) file.Dispose();
        return kept;
    }

    private static KeptLayer? Read(SafeFileHandle file, byte[] key)
    {
        try
        {
            Span<byte> header = stackalloc byte[LayerFormat.HeaderSize];
            if (Native.ReadAt(file, header, 0) < header.Length || LayerFormat.Parse(header, key, RandomAccess.GetLength(file)) is not { } format) return null;
            if (ChecksumOf(file, LayerFormat.HeaderSize, format.EntriesLength) != format.EntriesChecksum) return null;
            var bytes = new byte[format.IndexCount * LayerFormat.Content.Bytes];
            if (!ReadWhole(file, bytes, format.IndexOffset) || Checksum.Of(bytes) != format.IndexChecksum) return null;
            var contents = new LayerFormat.Content[format.IndexCount];
            for (var i = 0; i < contents.Length; i++) contents[i] = LayerFormat.Content.Read(bytes.AsSpan(i * LayerFormat.Content.Bytes));
            return new KeptLayer(file, format, contents);
        }
        catch (IOException)
        {
            return null; // The disk cannot read it: the layer is read instead.
        }
    }

    /// <summary>Puts the entries into the tree as the tar would; contents are then found by <see cref="TryOpen"/>.</summary>
    public void Replay(LayerSink sink, FileTree tree)
    {
        var reader = new EntryCodec.Reader(file, LayerFormat.HeaderSize, Format.EntriesLength);
        while (reader.Next() is { } next)
        {
            sink.Entry(next.Entry);
            if (sink.EntryIndex == FileTree.None) continue; // A whiteout, or one that only the archive names.
            lock (tree.Gate)
            {
                ref var at = ref tree.EntryAt(sink.EntryIndex);
                if ((at.Mode & FileType.Mask) == FileType.File) (at.Magic, at.Place) = (next.Magic, ContentPlace.Compressed);
            }
        }
    }

    public bool Has(long tarOffset) => Find(tarOffset) >= 0;

    /// <returns>Null when it is not kept or damaged.</returns>
    public Stream? TryOpen(long tarOffset, long size)
    {
        const int small = 64 * 1024;
        if (Find(tarOffset) is not (>= 0 and var found) || index[found].Size != size) return null;
        var (_, place, _, checksum) = index[found];
        try
        {
            if (size <= small)
            {
                var bytes = new byte[size];
                if (ReadWhole(file, bytes, place) && Checksum.Of(bytes) == checksum) return new MemoryStream(bytes, writable: false);
            }
            else if (passed.Contains(tarOffset) || ChecksumOf(file, place, size) == checksum)
            {
                passed.Add(tarOffset);
                return new SliceStream(file, place, size);
            }
        }
        catch (IOException)
        {
            // The disk cannot read it, which is damage too.
        }
        IsDamaged = true;
        return null;
    }

    /// <summary>Reads a part of the file for a new one.</summary>
    public int ReadAt(Span<byte> to, long offset) => Native.ReadAt(file, to, offset);

    private int Find(long tarOffset)
    {
        var (low, high) = (0, index.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (index[middle].TarOffset == tarOffset) return middle;
            if (index[middle].TarOffset < tarOffset) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    /// <summary>Null when the file ends before.</summary>
    private static uint? ChecksumOf(SafeFileHandle file, long offset, long length)
    {
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Blob.ReadSize, length));
        var checksum = Checksum.Start;
        for (var done = 0L; done < length;)
        {
            var read = Native.ReadAt(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), offset + done);
            if (read == 0) return null;
            checksum = Checksum.Append(checksum, buffer.AsSpan(0, read));
            done += read;
        }
        return checksum;
    }

    private static bool ReadWhole(SafeFileHandle file, Span<byte> to, long offset)
    {
        while (!to.IsEmpty)
        {
            var read = Native.ReadAt(file, to, offset);
            if (read == 0) return false;
            to = to[read..];
            offset += read;
        }
        return true;
    }

    public void Dispose() => file.Dispose();
}
