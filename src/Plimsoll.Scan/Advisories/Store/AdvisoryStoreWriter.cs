using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// Writes a store in bounded memory, however many advisories it gets: long texts go to the file at once, records and
/// both indexes through an external sort.
/// </summary>
/// <param name="path">The file, which appears when all is written.</param>
/// <param name="source">Feed, part and times; the rest of it is counted here.</param>
internal sealed class AdvisoryStoreWriter : IDisposable
{
    private readonly StoreHeader source;
    private readonly string root;
    private readonly AtomicFile file;
    private readonly FileStream stream;
    private readonly TextBlocksWriter texts;
    private readonly ExternalSort records;
    private readonly ExternalSort names;
    private readonly ExternalSort ids;
    private readonly ByteWriter record = new();
    private readonly ByteWriter item = new();

    public AdvisoryStoreWriter(string path, StoreHeader source, int runBytes = ExternalSort.DefaultRun)
    {
        this.source = source;
        root = EcosystemNames.Root(source.Part);
        file = new AtomicFile(path);
        stream = file.Stream;
        stream.Write(new byte[StoreFormat.HeaderBytes]);
        texts = new TextBlocksWriter(stream);
        (records, names, ids) = (new ExternalSort(runBytes), new ExternalSort(runBytes), new ExternalSort(runBytes));
    }

    public long Records { get; private set; }

    public DateTimeOffset? Newest { get; private set; }

    /// <summary>The key of a package in the index of names.</summary>
    public static string NameKey(string ecosystem, string name) => $"{EcosystemNames.Key(ecosystem)}\0{EcosystemNames.Normalise(ecosystem, name)}";

    /// <summary>The key of an id: users and sources differ in case.</summary>
    public static string IdKey(string id) => id.ToUpperInvariant();

    /// <summary>Takes an advisory.</summary>
    /// <returns>Why it cannot be kept, a sentence without its end; null when it is.</returns>
    public string? Add(Advisory advisory)
    {
        if (Fault(advisory) is { } fault) return fault;
        TextPlace? place = null;
        if (AdvisoryCodec.HasText(advisory))
        {
            record.Clear();
            AdvisoryCodec.WriteText(record, advisory);
            if (record.Length > StoreFormat.MostRecord) return $"its text has {record.Length:N0} bytes, more than the {StoreFormat.MostRecord:N0} that are kept";
            place = texts.Add(record.Written);
        }
        record.Clear();
        AdvisoryCodec.WriteRecord(record, advisory, place);
        if (record.Length > StoreFormat.MostRecord) return $"it has {record.Length:N0} bytes, more than the {StoreFormat.MostRecord:N0} that are kept";

        // A part answers for its own ecosystem: what a record says of others, their own parts say as well.
        var keys = advisory.Affected.Where(package => EcosystemNames.Root(package.Ecosystem) == root)
            .Select(package => NameKey(package.Ecosystem, package.Name)).Distinct().ToImmutableArray();
        item.Clear();
        item.Number(keys.Length);
        foreach (var key in keys) item.Similar(key);
        item.Number(1 + advisory.Aliases.Length + advisory.Upstream.Length);
        Id(advisory.Id, IdKind.Own);
        foreach (var alias in advisory.Aliases) Id(alias, IdKind.Alias);
        foreach (var upstream in advisory.Upstream) Id(upstream, IdKind.Upstream);
        item.Bytes(record.Written);
        records.Add(Encoding.UTF8.GetBytes($"{(keys.IsEmpty ? "" : keys[0])}\0{advisory.Id}"), item.Written);
        Records++;
        if (advisory.Modified > Newest || Newest is null) Newest = advisory.Modified ?? Newest;
        return null;
    }

    /// <summary>Writes what was added; the file is then in its place.</summary>
    /// <param name="unread">Records of the source that are not in it.</param>
    public void Complete(long unread)
    {
        texts.Complete();
        var start = stream.Position;
        records.Drain((_, value) => WriteRecord(value));
        records.Dispose();
        var recordBytes = new Section(start, stream.Position - start);
        var nameIndex = WriteIndex(names);
        var idIndex = WriteIndex(ids);
        var header = source with
        {
            Records = Records,
            Unread = unread,
            Newest = Newest,
            Names = nameIndex.Keys,
            Ids = idIndex.Keys,
            Texts = texts.Blocks,
            RecordBytes = recordBytes,
            NameBlocks = nameIndex.Blocks,
            IdBlocks = idIndex.Blocks,
            TextTable = WriteTable(texts.Table),
            NameTable = WriteTable(nameIndex.Table),
            IdTable = WriteTable(idIndex.Table),
        };
        stream.Position = 0;
        stream.Write(header.ToBytes());
        file.Commit();
    }

    public void Dispose()
    {
        file.Dispose();
        records.Dispose();
        names.Dispose();
        ids.Dispose();
    }

    private void Id(string id, IdKind kind)
    {
        item.Number((ulong)kind);
        item.Similar(IdKey(id));
    }

    private void WriteRecord(ReadOnlySpan<byte> value)
    {
        var from = new ByteReader(value);
        var place = stream.Position;
        var keys = from.Count();
        var nameKeys = new List<byte[]>(keys);
        for (; keys > 0; keys--) nameKeys.Add(from.SimilarBytes().ToArray());
        var idCount = from.Count();
        var idKeys = new List<(IdKind, byte[])>(idCount);
        for (; idCount > 0; idCount--) idKeys.Add(((IdKind)from.Number(), from.SimilarBytes().ToArray()));
        var bytes = from.Bytes(from.Left);

        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(head, bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], StoreFormat.ShortChecksum(bytes, place));
        stream.Write(head);
        stream.Write(bytes);
        foreach (var key in nameKeys) names.Add(key, PostingBytes(place, head.Length + bytes.Length, 0));
        foreach (var (kind, key) in idKeys) ids.Add(key, PostingBytes(place, head.Length + bytes.Length, (int)kind));
    }

    private static byte[] PostingBytes(long place, int length, int kind)
    {
        var bytes = new byte[13];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, place);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), length);
        bytes[12] = (byte)kind;
        return bytes;
    }

    private SortedIndexWriter WriteIndex(ExternalSort sorted)
    {
        var index = new SortedIndexWriter(stream);
        sorted.Drain((key, value) => index.Add(key, new Posting(BinaryPrimitives.ReadInt64LittleEndian(value), BinaryPrimitives.ReadInt32LittleEndian(value[8..]), value[12])));
        index.Complete();
        sorted.Dispose();
        return index;
    }

    private Table WriteTable(ReadOnlySpan<byte> bytes)
    {
        var place = new Section(stream.Position, bytes.Length);
        stream.Write(bytes);
        return new Table(place, StoreFormat.Checksum(bytes, place.Offset));
    }

    /// <summary>Why keys of it cannot be kept.</summary>
    private static string? Fault(Advisory advisory) =>
        new[] { advisory.Id }.Concat(advisory.Aliases).Concat(advisory.Upstream).Select(id => Fault("id", id))
            .Concat(advisory.Affected.SelectMany(package => (string?[])[Fault("ecosystem", package.Ecosystem), Fault("package", package.Name)]))
            .FirstOrDefault(fault => fault is not null);

    private static string? Fault(string what, string text) =>
        text.Length == 0 ? $"it has an empty {what}"
        : text.Length > StoreFormat.MostKey / 4 ? $"the {what} `{text[..40]}…` has {text.Length:N0} letters, more than the {StoreFormat.MostKey / 4:N0} that are kept"
        : text.Any(char.IsControl) ? $"the {what} `{string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter))}` has control characters"
        : null;
}
