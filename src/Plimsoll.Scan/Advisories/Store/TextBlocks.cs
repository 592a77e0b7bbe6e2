using System.IO.Compression;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>Long texts in blocks that are deflated together: alone they would shrink half as well, and few are read.</summary>
internal sealed class TextBlocksWriter(Stream to)
{
    /// <summary>Bytes after which a block ends: twice what deflate looks back.</summary>
    private const int BlockBytes = 64 * 1024;

    private readonly ByteWriter block = new();
    private readonly ByteWriter table = new();
    private readonly long start = to.Position;
    private long blocks;

    /// <summary>Where the blocks stand, when they are complete.</summary>
    public Section Blocks { get; private set; }

    public ReadOnlySpan<byte> Table => table.Written;

    public TextPlace Add(ReadOnlySpan<byte> text)
    {
        var place = new TextPlace(blocks, block.Length);
        block.Number(text.Length);
        block.Bytes(text);
        if (block.Length >= BlockBytes) EndBlock();
        return place;
    }

    public void Complete()
    {
        EndBlock();
        Blocks = new Section(start, to.Position - start);
    }

    private void EndBlock()
    {
        if (block.Length == 0) return;
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(block.Written);
        var bytes = deflated.GetBuffer().AsSpan(0, (int)deflated.Length);
        table.Number(bytes.Length);
        table.Number(block.Length);
        table.Fixed32(StoreFormat.ShortChecksum(bytes, to.Position));
        to.Write(bytes);
        block.Clear();
        blocks++;
    }
}

/// <summary>Finds long texts by their place.</summary>
internal sealed class TextBlocks
{
    private readonly StoreFile file;
    private readonly List<Block> blocks = [];
    private int loaded = -1;
    private byte[] content = [];

    private readonly record struct Block(long Offset, int Length, int Inflated, uint Checksum);

    /// <exception cref="DamagedException">The table is not what its checksum says.</exception>
    public TextBlocks(StoreFile file, Section section, Table table)
    {
        this.file = file;
        var from = new ByteReader(file.Read(table));
        var at = section.Offset;
        while (!from.AtEnd)
        {
            var (length, inflated) = (from.Offset(), from.Offset());
            if (length > section.End - at || inflated > StoreFormat.MostRecord * 2L) throw new DamagedException("a block of texts is longer than any");
            blocks.Add(new Block(at, checked((int)length), (int)inflated, from.Fixed32()));
            at += length;
        }
        if (at != section.End) throw new DamagedException("the texts are longer than their blocks");
    }

    public int Count => blocks.Count;

    public ReadOnlySpan<byte> Find(TextPlace place)
    {
        if (place.Block >= blocks.Count) throw new DamagedException("a text is in a block that is not there");
        var block = Load((int)place.Block);
        if (place.Offset >= block.Length) throw new DamagedException("a text is beyond its block");
        var from = new ByteReader(block.AsSpan((int)place.Offset));
        return from.Bytes(from.Count());
    }

    /// <summary>Inflates a block; the last one is kept.</summary>
    public byte[] Load(int number)
    {
        if (loaded == number) return content;
        var (offset, length, inflated, checksum) = blocks[number];
        var bytes = file.Read(offset, length);
        if (StoreFormat.ShortChecksum(bytes, offset) != checksum) throw new DamagedException("a block of texts does not match its checksum");
        loaded = -1;
        content = new byte[inflated];
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress);
            if (inflate.ReadAtLeast(content, inflated, throwOnEndOfStream: false) < inflated) throw new DamagedException("a block of texts is shorter than it says");
        }
        catch (InvalidDataException broken)
        {
            throw new DamagedException($"a block of texts cannot be inflated: {broken.Message.TrimEnd('.')}");
        }
        loaded = number;
        return content;
    }
}
