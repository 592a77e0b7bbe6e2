using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Advisories;

/// <summary>Parts of records as <see cref="BinaryWriter"/> writes them: texts with their length before them, an empty one for none.</summary>
internal static class RecordCoding
{
    public static byte[] Write(Action<BinaryWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true)) write(writer);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> record, Func<BinaryReader, T> read)
    {
        using var reader = new BinaryReader(new MemoryStream(record.ToArray(), writable: false), Encoding.UTF8);
        try
        {
            return read(reader);
        }
        catch (Exception failed) when (failed is EndOfStreamException or FormatException or IOException or ArgumentException)
        {
            throw new InvalidDataException("A record of the advisory database is damaged: it breaks off.", failed);
        }
    }

    public static void WriteText(this BinaryWriter writer, string? text) => writer.Write(text ?? "");

    public static string? ReadText(this BinaryReader reader) => reader.ReadString() is { Length: > 0 } text ? text : null;

    /// <summary>Days since 0001-01-01 and one more; 0 for none.</summary>
    public static void WriteDate(this BinaryWriter writer, DateOnly? date) => writer.Write7BitEncodedInt(date is { } day ? day.DayNumber + 1 : 0);

    public static DateOnly? ReadDate(this BinaryReader reader) => reader.Read7BitEncodedInt() is var day and not 0 ? DateOnly.FromDayNumber(day - 1) : null;

    public static void WriteList<T>(this BinaryWriter writer, ImmutableArray<T> items, Action<T> write)
    {
        writer.Write7BitEncodedInt(items.Length);
        foreach (var item in items) write(item);
    }

    public static ImmutableArray<T> ReadList<T>(this BinaryReader reader, Func<T> read)
    {
        var count = reader.Read7BitEncodedInt();
        // Each item has a byte at least, so a damaged count asks for no more memory than the record has.
        if (count < 0 || count > reader.BaseStream.Length - reader.BaseStream.Position) throw new FormatException();
        var items = ImmutableArray.CreateBuilder<T>(count);
        for (var i = 0; i < count; i++) items.Add(read());
        return items.DrainToImmutable();
    }
}
