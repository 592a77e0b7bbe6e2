namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// A row of a SQLite table (sqlite.org/fileformat2.html, "Record Format"): the size of its header, a type for each
/// column, then the values one after the other.
/// </summary>
internal static class SqliteRecord
{
    public static bool TryColumn(ReadOnlySpan<byte> record, int column, out long type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        var header = record;
        if (!TryVarint(ref header, out var size) || size > record.Length || size < record.Length - header.Length) return false;
        header = header[..(int)(size - (record.Length - header.Length))];
        var at = size;
        for (var i = 0; i <= column; i++)
        {
            if (!TryVarint(ref header, out type)) return false;
            var length = Length(type);
            if (length < 0 || length > record.Length - at) return false;
            if (i == column) value = record.Slice((int)at, (int)length);
            at += length;
        }
        return true;
    }

    public static bool TryInteger(ReadOnlySpan<byte> record, int column, out long number)
    {
        number = 0;
        if (!TryColumn(record, column, out var type, out var value) || type is 0 or 7 or > 9) return false;
        number = type == 9 ? 1 : value.IsEmpty ? 0 : (sbyte)value[0];
        foreach (var b in value.IsEmpty ? value : value[1..]) number = (number << 8) | b;
        return true;
    }

    /// <summary>Seven bits a byte, the most significant first; a ninth byte has eight.</summary>
    public static bool TryVarint(ref ReadOnlySpan<byte> from, out long value)
    {
        value = 0;
        for (var i = 0; i < from.Length; i++)
        {
            value = i == 8 ? (value << 8) | from[i] : (value << 7) | (uint)(from[i] & 0x7F);
            if (i < 8 && from[i] >= 0x80) continue; // Another byte of the number follows.
            from = from[(i + 1)..];
            return true;
        }
        return false;
    }

    /// <summary>Bytes of a value of a type; -1 for the two types that are not used.</summary>
    private static long Length(long type) => type switch
    {
        >= 0 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        8 or 9 => 0,
        >= 12 => (type - 12) / 2,
        _ => -1,
    };
}
