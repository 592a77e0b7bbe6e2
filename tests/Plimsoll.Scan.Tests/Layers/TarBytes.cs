using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

/// <summary>Writes tar archives field by field, wrong ones too.</summary>
internal sealed class TarBytes
{
    private readonly MemoryStream bytes = new();

    public byte[] Done() => [.. bytes.ToArray(), .. new byte[1024]];

    public byte[] Cut() => bytes.ToArray();

    public static byte[] Header(string name, char type = '0', long size = 0, string link = "", int mode = 0x1A4)
    {
        var header = new byte[TarScanner.Record];
        Put(header, 0, name);
        Put(header, 100, $"{Convert.ToString(mode, 8).PadLeft(7, '0')}\0");
        Put(header, 124, $"{Convert.ToString(size, 8).PadLeft(11, '0')} ");
        header[156] = (byte)type;
        Put(header, 157, link);
        Put(header, 257, "ustar\0");
        return header;
    }

    public TarBytes Add(string name, string content = "", char type = '0', string link = "", int mode = 0x1A4) =>
        Raw(Header(name, type, type is '1' or '2' ? 0 : Encoding.UTF8.GetByteCount(content), link, mode), Encoding.UTF8.GetBytes(content));

    /// <summary>An extended header with the given records, their lengths right.</summary>
    public TarBytes Pax(char type, params (string Key, string Value)[] records) =>
        Records(type, string.Concat(records.Select(record => Record(record.Key, record.Value))));

    public TarBytes Records(char type, string records) => Raw(Header("pax", type, Encoding.Latin1.GetByteCount(records)), Encoding.Latin1.GetBytes(records));

    public TarBytes Raw(byte[] header, ReadOnlySpan<byte> content, bool withChecksum = true)
    {
        if (withChecksum)
        {
            header.AsSpan(148, 8).Fill((byte)' ');
            Put(header, 148, $"{Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0')}\0 ");
        }
        bytes.Write(header);
        bytes.Write(content);
        bytes.Write(new byte[(TarScanner.Record - (content.Length % TarScanner.Record)) % TarScanner.Record]);
        return this;
    }

    public static void Put(byte[] header, int at, string text) => Encoding.UTF8.GetBytes(text).CopyTo(header, at);

    private static string Record(string key, string value)
    {
        var rest = Encoding.Latin1.GetByteCount(key) + Encoding.Latin1.GetByteCount(value) + 3;
        var length = rest + 1;
        while (length != rest + length.ToString().Length) length = rest + length.ToString().Length;
        return $"{length} {key}={value}\n";
    }
}

/// <summary>What a scanner said, as text that compares.</summary>
internal sealed class TarRecorder : ITarSink
{
    private MemoryStream content = new();

    public List<(TarEntry Entry, byte[] Content)> Entries { get; } = [];

    public IEnumerable<string> Events => Entries.Select(each => $"{Encoding.Latin1.GetString(each.Entry.Path)} -> {Encoding.Latin1.GetString(each.Entry.Link)} {each.Entry.Type} {each.Entry.Size} {each.Entry.StoredSize} {each.Entry.Offset} {each.Entry.Mode} {Convert.ToHexString(each.Content)}");

    public static (TarRecorder Sink, TarScanner Scanner) Read(ReadOnlySpan<byte> archive, Limits? limits = null, int piece = int.MaxValue)
    {
        var sink = new TarRecorder();
        var scanner = new TarScanner(sink, limits ?? Limits.Default);
        for (; !archive.IsEmpty; archive = archive[Math.Min(piece, archive.Length)..]) scanner.Feed(archive[..Math.Min(piece, archive.Length)]);
        scanner.Complete();
        return (sink, scanner);
    }

    public bool Entry(TarEntry entry)
    {
        content = new MemoryStream();
        Entries.Add((entry, []));
        return true;
    }

    public bool Content(ReadOnlySpan<byte> piece)
    {
        content.Write(piece);
        return true;
    }

    public void EndContent() => Entries[^1] = (Entries[^1].Entry, content.ToArray());
}
