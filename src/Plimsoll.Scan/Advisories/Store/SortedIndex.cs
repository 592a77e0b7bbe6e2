using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>A record's place in the file, as an index has it.</summary>
/// <param name="Length">With its length and checksum in front.</param>
/// <param name="Kind">For ids: how the record has it, <see cref="IdKind"/>; 0 for names.</param>
internal readonly record struct Posting(long Offset, int Length, int Kind);

/// <summary>How a record has an id, the closest first.</summary>
internal enum IdKind
{
    Own,
    Alias,
    Upstream,
}

/// <summary>
/// Writes an index: blocks of some KiB with sorted keys, each followed by its postings in the order of the file, and a
/// table of the blocks. A look-up reads the table once and then one block for each key.
/// </summary>
internal sealed class SortedIndexWriter(Stream to)
{
    /// <summary>Bytes after which a block ends: what a disk reads at a time.</summary>
    private const int BlockBytes = 4096;

    private readonly ByteWriter block = new();
    private readonly ByteWriter table = new();
    private readonly List<Posting> postings = [];
    private readonly long start = to.Position;
    private byte[] key = [];
    private byte[] blockKey = [];

    public long Keys { get; private set; }

    /// <summary>Where the blocks stand, when they are complete.</summary>
    public Section Blocks { get; private set; }

    /// <summary>The table; to be written after the last block.</summary>
    public ReadOnlySpan<byte> Table => table.Written;

    /// <summary>Takes the next posting; keys come sorted, postings of one key in any order.</summary>
    public void Add(ReadOnlySpan<byte> next, Posting posting)
    {
        if (postings.Count == 0 || !next.SequenceEqual(key))
        {
            EndKey();
            key = next.ToArray();
        }
        postings.Add(posting);
    }

    public void Complete()
    {
        EndKey();
        EndBlock();
        Blocks = new Section(start, to.Position - start);
    }

    private void EndKey()
    {
        if (postings.Count == 0) return;
        if (block.Length == 0) blockKey = key;
        Keys++;
        block.Similar(key);
        postings.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Kind.CompareTo(b.Kind));
        // A record that names a package or an id twice is there once.
        var distinct = postings.Where((posting, at) => at == 0 || posting.Offset != postings[at - 1].Offset).ToList();
        block.Number(distinct.Count);
        long before = 0;
        foreach (var posting in distinct)
        {
            block.Number(posting.Offset - before);
            block.Number(((long)posting.Length << 2) | (long)posting.Kind);
            before = posting.Offset;
        }
        postings.Clear();
        if (block.Length >= BlockBytes) EndBlock();
    }

    private void EndBlock()
    {
        if (block.Length == 0) return;
        table.Similar(blockKey);
        table.Number(block.Length);
        table.Fixed32(StoreFormat.ShortChecksum(block.Written, to.Position));
        to.Write(block.Written);
        block.Clear();
    }
}

/// <summary>Looks keys up in the blocks of an index.</summary>
internal sealed class SortedIndex
{
    private readonly StoreFile file;
    private readonly List<Block> blocks = [];
    private int loaded = -1;
    private byte[] content = [];

    private readonly record struct Block(byte[] First, long Offset, int Length, uint Checksum);

    /// <exception cref="DamagedException">The table is not what its checksum says.</exception>
    public SortedIndex(StoreFile file, Section section, Table table)
    {
        this.file = file;
        var from = new ByteReader(file.Read(table));
        var at = section.Offset;
        while (!from.AtEnd)
        {
            var first = from.SimilarBytes().ToArray();
            var length = from.Offset();
            if (length > section.End - at) throw new DamagedException("a block of an index is longer than the index");
            blocks.Add(new Block(first, at, checked((int)length), from.Fixed32()));
            at += length;
        }
        if (at != section.End) throw new DamagedException("an index is longer than its blocks");
    }

    /// <summary>Places of the records that have a key, in the order of the file.</summary>
    public ImmutableArray<Posting> Find(string key)
    {
        var wanted = Encoding.UTF8.GetBytes(key);
        var (low, high) = (0, blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (blocks[middle].First.AsSpan().SequenceCompareTo(wanted) <= 0) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return [];
        var from = new ByteReader(Load(low - 1));
        while (!from.AtEnd)
        {
            var compared = from.SimilarBytes().SequenceCompareTo(wanted);
            if (compared > 0) return [];
            var postings = Postings(ref from, keep: compared == 0);
            if (compared == 0) return postings;
        }
        return [];
    }

    /// <summary>Reads every block, for a check of the whole file.</summary>
    /// <returns>Every posting.</returns>
    public IEnumerable<Posting> All()
    {
        for (var number = 0; number < blocks.Count; number++)
            foreach (var posting in AllOf(number)) yield return posting;
    }

    private List<Posting> AllOf(int number)
    {
        var all = new List<Posting>();
        var from = new ByteReader(Load(number));
        while (!from.AtEnd)
        {
            from.SimilarBytes();
            all.AddRange(Postings(ref from, keep: true));
        }
        return all;
    }

    private static ImmutableArray<Posting> Postings(ref ByteReader from, bool keep)
    {
        var count = from.Count();
        var postings = ImmutableArray.CreateBuilder<Posting>(keep ? count : 0);
        long offset = 0;
        for (; count > 0; count--)
        {
            offset += from.Offset();
            var word = from.Number();
            if (word >> 2 > StoreFormat.MostRecord + 8) throw new DamagedException("a record is longer than any");
            if (keep) postings.Add(new Posting(offset, (int)(word >> 2), (int)(word & 3)));
        }
        return postings.DrainToImmutable();
    }

    /// <summary>One block at a time is kept: look-ups in order of names read each once.</summary>
    private byte[] Load(int number)
    {
        if (loaded == number) return content;
        var block = blocks[number];
        content = file.Read(block.Offset, block.Length);
        loaded = -1;
        if (StoreFormat.ShortChecksum(content, block.Offset) != block.Checksum) throw new DamagedException("a block of an index does not match its checksum");
        loaded = number;
        return content;
    }
}
