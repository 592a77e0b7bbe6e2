using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories;

/// <summary>Writes a <see cref="KeyedFile"/>, which appears when all is written.</summary>
internal static class KeyedFileWriter
{
    private const int BlockBytes = 4096;

    /// <param name="header">All but the table.</param>
    /// <param name="records">Sorted by key, byte by byte, each key once.</param>
    public static void Write(string path, KeyedHeader header, IEnumerable<(byte[] Key, byte[] Content)> records)
    {
        using var file = new AtomicFile(path);
        var to = file.Stream;
        to.Write(new byte[KeyedHeader.Bytes]); // Room for what is known only at the end.
        var table = WriteBlocks(to, records);
        var place = new Section(to.Position, table.Length);
        to.Write(table);
        to.Position = 0;
        to.Write((header with { Table = new Table(place, StoreFormat.Checksum(table, place.Offset)) }).ToBytes());
        file.Commit();
    }

    /// <returns>The table.</returns>
    private static byte[] WriteBlocks(Stream to, IEnumerable<(byte[] Key, byte[] Content)> records)
    {
        var rows = new ByteWriter();
        var block = new ByteWriter();
        byte[]? first = null;
        var count = 0;
        foreach (var (key, content) in records)
        {
            first ??= key;
            block.Similar(key);
            block.Number(content.Length);
            block.Bytes(content);
            if (block.Length >= BlockBytes) EndBlock();
        }
        if (first is not null) EndBlock();
        var table = new ByteWriter();
        table.Number(count);
        table.Bytes(rows.Written);
        return table.Written.ToArray();

        void EndBlock()
        {
            rows.Number(first!.Length);
            rows.Bytes(first);
            rows.Number(block.Length);
            rows.Number(StoreFormat.Checksum(block.Written, to.Position));
            to.Write(block.Written);
            block.Clear();
            first = null;
            count++;
        }
    }
}
