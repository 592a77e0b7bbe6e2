using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// Records by a text, in a file that is searched without being read.
/// Format, all numbers big-endian: 16 bytes that name the kind of file and its version; the number of records (4 bytes);
/// the offset of each record and of their end (4 bytes each); then the records in the order of their keys' UTF-8: length
/// of the key (2 bytes), the key, the content.
/// </summary>
internal sealed class KeyedFile : IDisposable
{
    public const int MagicBytes = 16;

    /// <summary>Bytes of a record. The largest known, a product with all its releases, has some 30 KB.</summary>
    internal const int MostRecordBytes = 4 << 20;

    private const int HeadBytes = MagicBytes + 4;

    private readonly SafeFileHandle handle;
    private readonly long length;

    private KeyedFile(SafeFileHandle handle, long length, int count)
    {
        this.handle = handle;
        this.length = length;
        Count = count;
    }

    public int Count { get; }

    /// <exception cref="InvalidDataException">It is no such file, or not all of it.</exception>
    public static KeyedFile Open(string path, ReadOnlySpan<byte> magic)
    {
        var opened = File.OpenHandle(path);
        try
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            var size = RandomAccess.GetLength(opened);
            if (RandomAccess.Read(opened, head, 0) < HeadBytes || !head.StartsWith(magic)) throw new InvalidDataException($"`{path}` is no file of the kind `{Encoding.ASCII.GetString(magic).TrimEnd('\n')}`.");
            var count = BinaryPrimitives.ReadInt32BigEndian(head[MagicBytes..]);
            var file = new KeyedFile(opened, size, count);
            if (count < 0 || HeadBytes + (((long)count + 1) * 4) > size || file.Offset(count) != size)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"`{path}` has {size:N0} bytes, not those of the {count:N0} records that it says to have."));
            return file;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <param name="magic">16 bytes.</param>
    public static void Write(Stream to, ReadOnlySpan<byte> magic, SortedDictionary<string, byte[]> records)
    {
        Span<byte> number = stackalloc byte[4];
        to.Write(magic);
        BinaryPrimitives.WriteInt32BigEndian(number, records.Count);
        to.Write(number);
        var sorted = records.Select(record => (Key: Encoding.UTF8.GetBytes(record.Key), record.Value)).OrderBy(record => record.Key, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right))).ToList();
        var offset = HeadBytes + ((records.Count + 1) * 4);
        foreach (var (key, content) in sorted)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, offset);
            to.Write(number);
            offset = checked(offset + 2 + key.Length + content.Length);
        }
        BinaryPrimitives.WriteInt32BigEndian(number, offset);
        to.Write(number);
        foreach (var (key, content) in sorted)
        {
            BinaryPrimitives.WriteUInt16BigEndian(number, checked((ushort)key.Length));
            to.Write(number[..2]);
            to.Write(key);
            to.Write(content);
        }
    }

    /// <summary>Content of the record with this key; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ReadOnlyMemory<byte>? Find(string key)
    {
        var wanted = Encoding.UTF8.GetBytes(key);
        for (var (low, high) = (0, Count - 1); low <= high;)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            var record = Record(middle);
            var keyLength = BinaryPrimitives.ReadUInt16BigEndian(record);
            if (keyLength + 2 > record.Length) throw Damaged();
            var order = record.AsSpan(2, keyLength).SequenceCompareTo(wanted);
            if (order == 0) return record.AsMemory(2 + keyLength);
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    public void Dispose() => handle.Dispose();

    private byte[] Record(int index)
    {
        var (start, end) = (Offset(index), Offset(index + 1));
        if (start < HeadBytes || end - start is < 2 or > MostRecordBytes || end > length) throw Damaged();
        var record = new byte[end - start];
        return RandomAccess.Read(handle, record, start) == record.Length ? record : throw Damaged();
    }

    private long Offset(int index)
    {
        Span<byte> number = stackalloc byte[4];
        return RandomAccess.Read(handle, number, HeadBytes + ((long)index * 4)) == 4 ? BinaryPrimitives.ReadUInt32BigEndian(number) : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("A file of the advisory database is damaged: its records do not have the lengths that they should.");
}
