using System.Buffers.Binary;
using System.Collections.Immutable;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// Reads a store (<see cref="StoreFormat"/>): a look-up costs one read of an index block and one of its records, which
/// stand side by side. Opening reads the header; each table is read at its first use. One thread at a time.
/// </summary>
internal sealed class AdvisoryStore : IDisposable
{
    /// <summary>Bytes between two records that are rather read than jumped over.</summary>
    private const int Gap = 4096;

    /// <summary>Bytes of records that are read in one go.</summary>
    private const int Piece = 1 << 20;

    private readonly StoreFile file;
    private SortedIndex? names;
    private SortedIndex? ids;
    private TextBlocks? texts;

    private AdvisoryStore(string path, StoreFile file, StoreHeader header)
    {
        Path = path;
        this.file = file;
        Header = header;
    }

    public string Path { get; }

    public StoreHeader Header { get; }

    public long Bytes => file.Length;

    /// <exception cref="PlimsollException">It cannot be read or is no store.</exception>
    public static AdvisoryStore Open(string path)
    {
        StoreFile? opened = null;
        try
        {
            opened = new StoreFile(path);
            var header = StoreHeader.Parse(opened.Read(0, (int)Math.Min(opened.Length, StoreFormat.HeaderBytes)));
            if (header.FileLength != opened.Length) throw new DamagedException($"it has {opened.Length:N0} bytes instead of the {header.FileLength:N0} that it was written with");
            return new AdvisoryStore(path, opened, header);
        }
        catch (Exception thrown)
        {
            opened?.Dispose();
            if (thrown is DamagedException or IOException or UnauthorizedAccessException) throw Corrupt.File(path, thrown.Message.TrimEnd('.'));
            throw;
        }
    }

    /// <summary>What is known of a package, without long texts (<see cref="Advisory.Details"/>, <see cref="Advisory.References"/>), in the order of names and ids.</summary>
    /// <param name="ecosystem">With the release where there is one: `Debian:12`.</param>
    /// <param name="name">In any spelling that its ecosystem takes for the same.</param>
    /// <exception cref="PlimsollException">The file is corrupt.</exception>
    public ImmutableArray<Advisory> Find(string ecosystem, string name) => Guarded(() =>
    {
        names ??= new SortedIndex(file, Header.NameBlocks, Header.NameTable);
        return Read(names.Find(AdvisoryStoreWriter.NameKey(ecosystem, name))).Select(read => read.Advisory).ToImmutableArray();
    });

    /// <summary>All that have an id as their own, then those that have it as an alias, then those that pass it on; whole.</summary>
    /// <exception cref="PlimsollException">The file is corrupt.</exception>
    public ImmutableArray<Advisory> FindById(string id) => Guarded(() =>
    {
        ids ??= new SortedIndex(file, Header.IdBlocks, Header.IdTable);
        var postings = ids.Find(AdvisoryStoreWriter.IdKey(id)).OrderBy(posting => posting.Kind).ToImmutableArray();
        return postings.SelectMany(posting => Read([posting])).Select(read => Whole(read.Advisory, read.Text)).ToImmutableArray();
    });

    /// <summary>Every record in the file's order, with where its long text stands.</summary>
    /// <exception cref="PlimsollException">The file is corrupt; thrown while it is walked.</exception>
    public IEnumerable<(Advisory Advisory, TextPlace? Text)> Records()
    {
        foreach (var (_, bytes) in RawRecords()) yield return Decode(bytes);
    }

    /// <summary>The records' own bytes and where each stands, in the file's order.</summary>
    public IEnumerable<(long Place, byte[] Bytes)> RawRecords()
    {
        var buffer = Array.Empty<byte>();
        long start = 0;
        for (var at = Header.RecordBytes.Offset; at < Header.RecordBytes.End;)
        {
            if (at + 8 > start + buffer.Length) Fill(8);
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan((int)(at - start)));
            if (length is < 0 or > StoreFormat.MostRecord) throw Corrupt.File(Path, "a record is longer than any");
            if (at + 8 + length > start + buffer.Length) Fill(8 + length);
            var record = Guarded(() => Checked(buffer.AsSpan((int)(at - start)), at, 8 + length).ToArray());
            yield return (at, record);
            at += 8 + length;

            void Fill(int least)
            {
                var wanted = Math.Min(Math.Max(least, Piece), Header.RecordBytes.End - at);
                if (wanted < least) throw Corrupt.File(Path, "a record reaches beyond the records");
                buffer = Guarded(() => file.Read(at, (int)wanted));
                start = at;
            }
        }
    }

    /// <summary>A record of <see cref="RawRecords"/> without its long text, and where that stands.</summary>
    /// <exception cref="PlimsollException">The file is corrupt.</exception>
    public (Advisory Advisory, TextPlace? Text) Decode(byte[] record) => Guarded(() => AdvisoryCodec.ReadRecord(record, Header.Feed));

    /// <summary>An advisory with its long text.</summary>
    public Advisory WithText(Advisory advisory, TextPlace? place) => Guarded(() => Whole(advisory, place));

    /// <summary>Reads every byte and compares every checksum and reference.</summary>
    /// <exception cref="PlimsollException">The file is corrupt.</exception>
    public void Verify()
    {
        var places = new HashSet<long>();
        foreach (var (place, bytes) in RawRecords())
        {
            var (_, text) = Decode(bytes);
            if (text is { } at && at.Block >= Texts.Count) throw Corrupt.File(Path, "a text is in a block that is not there");
            places.Add(place);
        }
        if (places.Count != Header.Records) throw Corrupt.File(Path, $"it has {places.Count:N0} records instead of {Header.Records:N0}");
        Guarded(() =>
        {
            names ??= new SortedIndex(file, Header.NameBlocks, Header.NameTable);
            ids ??= new SortedIndex(file, Header.IdBlocks, Header.IdTable);
            foreach (var posting in names.All().Concat(ids.All()))
                if (!places.Contains(posting.Offset)) throw new DamagedException("an index refers to where no record is");
            for (var block = 0; block < Texts.Count; block++) Texts.Load(block);
            return true;
        });
    }

    public void Dispose() => file.Dispose();

    private TextBlocks Texts => texts ??= Guarded(() => new TextBlocks(file, Header.Texts, Header.TextTable));

    private Advisory Whole(Advisory advisory, TextPlace? place) => place is { } at ? AdvisoryCodec.ReadText(Texts.Find(at), advisory) : advisory;

    private List<(Advisory Advisory, TextPlace? Text)> Read(ImmutableArray<Posting> postings)
    {
        var read = new List<(Advisory, TextPlace?)>(postings.Length);
        for (var first = 0; first < postings.Length;)
        {
            var (next, start, end) = (first + 1, postings[first].Offset, postings[first].Offset + postings[first].Length);
            for (; next < postings.Length && postings[next].Offset - end <= Gap && postings[next].Offset + postings[next].Length - start <= Piece; next++)
                end = Math.Max(end, postings[next].Offset + postings[next].Length);
            if (start < Header.RecordBytes.Offset || end > Header.RecordBytes.End) throw new DamagedException("an index refers to what is no record");
            var bytes = file.Read(start, (int)(end - start));
            for (; first < next; first++)
                read.Add(AdvisoryCodec.ReadRecord(Checked(bytes.AsSpan((int)(postings[first].Offset - start)), postings[first].Offset, postings[first].Length), Header.Feed));
        }
        return read;
    }

    /// <summary>The record in bytes that start with its length and checksum.</summary>
    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> bytes, long place, int length)
    {
        if (length < 8 || length > bytes.Length || BinaryPrimitives.ReadInt32LittleEndian(bytes) != length - 8) throw new DamagedException("a record has not the length that its index says");
        var record = bytes[8..length];
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == StoreFormat.ShortChecksum(record, place) ? record : throw new DamagedException("a record does not match its checksum");
    }

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception thrown) when (thrown is DamagedException or IOException or OverflowException)
        {
            throw Corrupt.File(Path, thrown.Message.TrimEnd('.'));
        }
    }
}
