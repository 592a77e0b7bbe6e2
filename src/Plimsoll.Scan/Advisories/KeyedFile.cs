using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// A file of the database with records by key, written once and searched without being read; numbers are LEB128:
/// <code>
/// header     1,024 bytes: magic `PLIMKEY1`, the fields of KeyedHeader, zeros, checksum of what stands before it (8 bytes)
/// blocks     some 4 KiB each: sorted keys (what each shares with the one before left out), each with length and content
/// table      for each block: its first key, its length and its checksum
/// </code>
/// Checksums are those of <see cref="StoreFormat"/>, and each is compared before its bytes are used. A look-up reads one block.
/// </summary>
internal sealed class KeyedFile : IDisposable
{
    /// <summary>Bytes of a block, which is as long as its longest record. The longest known, a product with all its releases, has some 30 KB.</summary>
    internal const int MostBlockBytes = 4 << 20;

    private readonly StoreFile file;
    private readonly string path;
    private readonly (byte[] First, long Offset, int Length, ulong Checksum)[] blocks;

    private KeyedFile(StoreFile file, string path)
    {
        this.file = file;
        this.path = path;
        Header = KeyedHeader.Parse(file.Read(0, (int)Math.Min(file.Length, KeyedHeader.Bytes)));
        if (Header.Table.Place.End != file.Length) throw new DamagedException($"it has {file.Length:N0} bytes, expected {Header.Table.Place.End:N0}");
        blocks = ReadTable();
    }

    public KeyedHeader Header { get; }

    /// <param name="feed">What the file must be of.</param>
    /// <exception cref="PlimsollException">It is no such file, or damaged.</exception>
    public static KeyedFile Open(string path, string feed)
    {
        var bytes = new StoreFile(path);
        try
        {
            var opened = new KeyedFile(bytes, path);
            return opened.Header.Feed == feed ? opened : throw new DamagedException($"expected a file of the feed `{feed}`, found one of `{opened.Header.Feed}`");
        }
        catch (DamagedException damaged)
        {
            bytes.Dispose();
            throw Corrupt.File(path, damaged.Message);
        }
    }

    /// <summary>What a file says of itself, for <see cref="IFeed.Inspect"/>.</summary>
    /// <exception cref="PlimsollException">It is corrupt.</exception>
    public static PartFacts Inspect(string path, string feed, bool thorough)
    {
        using var opened = Open(path, feed);
        if (thorough)
            for (var i = 0; i < opened.blocks.Length; i++) opened.Use(i, static (_, _) => false);
        var header = opened.Header;
        return new PartFacts(header.Records, header.Unread, header.Fetched, header.Modified, header.ETag) { Part = header.Feed };
    }

    /// <summary>What <paramref name="read"/> makes of the record with this key; nothing when there is none.</summary>
    /// <exception cref="PlimsollException">The file is damaged.</exception>
    public T? Find<T>(byte[] key, Func<byte[], T> read)
    {
        var (low, high) = (0, blocks.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (blocks[middle].First.AsSpan().SequenceCompareTo(key) <= 0) low = middle + 1;
            else high = middle - 1;
        }
        if (high < 0) return default;
        T? found = default;
        Use(high, (next, content) =>
        {
            if (!next.SequenceEqual(key)) return false;
            found = read(content.ToArray());
            return true;
        });
        return found;
    }

    public void Dispose() => file.Dispose();

    /// <summary>Reads a block; <paramref name="take"/> gets its keys with their contents until it says that it has enough.</summary>
    private void Use(int index, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> take)
    {
        try
        {
            var (_, offset, length, checksum) = blocks[index];
            var bytes = file.Read(offset, length);
            if (StoreFormat.Checksum(bytes, offset) != checksum) throw new DamagedException($"its bytes from {offset:N0} on do not match their checksum");
            var from = new ByteReader(bytes);
            while (!from.AtEnd)
            {
                var key = from.SimilarBytes();
                if (take(key, from.Bytes(from.Count()))) return;
            }
        }
        catch (DamagedException damaged)
        {
            throw Corrupt.File(path, damaged.Message);
        }
    }

    private (byte[] First, long Offset, int Length, ulong Checksum)[] ReadTable()
    {
        var from = new ByteReader(file.Read(Header.Table));
        var table = new (byte[], long, int, ulong)[from.Count()];
        var offset = (long)KeyedHeader.Bytes;
        for (var i = 0; i < table.Length; i++)
        {
            var first = from.Bytes(from.Count()).ToArray();
            var length = from.Offset();
            if (length > MostBlockBytes) throw new DamagedException("a block is longer than any");
            table[i] = (first, offset, (int)length, from.Number());
            offset += length;
        }
        return offset == Header.Table.Place.Offset ? table : throw new DamagedException("its parts do not follow each other");
    }
}
