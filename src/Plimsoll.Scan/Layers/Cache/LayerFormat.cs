using System.Buffers.Binary;
using System.Text;
using Plimsoll.Core.Images;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// A file of the cache: a header of 512 bytes, the entries of the layer (<see cref="EntryCodec"/>), the content of its
/// wanted files one after the other, and an index of these. Numbers are little endian. The header, the entries, the index
/// and each content have a checksum each.
/// </summary>
internal sealed record LayerFormat
{
    public const int HeaderSize = 512;

    private const int ChecksumAt = HeaderSize - sizeof(uint);
    private const int DigestsAt = 96;
    private static ReadOnlySpan<byte> Mark => "PLIMLAYR"u8;

    /// <summary>Identifies the question that the file answers.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Digest of the stored blob; it was verified, as the next two were.</summary>
    public Digest? Digest { get; init; }

    public Digest? DiffId { get; init; }

    /// <summary>Bytes of the stored blob.</summary>
    public long BlobSize { get; init; }

    public long FileSize { get; init; }
    public long EntriesLength { get; init; }
    public uint EntriesChecksum { get; init; }
    public long IndexOffset { get; init; }
    public int IndexCount { get; init; }
    public uint IndexChecksum { get; init; }

    /// <summary>The content of one file.</summary>
    /// <param name="TarOffset">Where it begins in the layer's tar; by this it is looked up.</param>
    /// <param name="Place">Where it begins in the file of the cache.</param>
    internal readonly record struct Content(long TarOffset, long Place, long Size, uint Checksum)
    {
        public const int Bytes = (3 * sizeof(long)) + sizeof(uint);

        public void Write(Span<byte> to)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, TarOffset);
            BinaryPrimitives.WriteInt64LittleEndian(to[8..], Place);
            BinaryPrimitives.WriteInt64LittleEndian(to[16..], Size);
            BinaryPrimitives.WriteUInt32LittleEndian(to[24..], Checksum);
        }

        public static Content Read(ReadOnlySpan<byte> from) => new(
            BinaryPrimitives.ReadInt64LittleEndian(from), BinaryPrimitives.ReadInt64LittleEndian(from[8..]), BinaryPrimitives.ReadInt64LittleEndian(from[16..]), BinaryPrimitives.ReadUInt32LittleEndian(from[24..]));
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderSize];
        Mark.CopyTo(bytes);
        Key.CopyTo(bytes, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), BlobSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(48), FileSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(56), EntriesLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(64), IndexOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(72), IndexCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(76), EntriesChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(80), IndexChecksum);
        var at = DigestsAt;
        foreach (var digest in (Digest?[])[Digest, DiffId])
        {
            var text = Encoding.ASCII.GetBytes(digest?.ToString() ?? "");
            bytes[at++] = (byte)text.Length;
            text.CopyTo(bytes, at);
            at += text.Length;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Checksum.Of(bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }

    /// <returns>Null for what is damaged or the answer to something else.</returns>
    public static LayerFormat? Parse(ReadOnlySpan<byte> bytes, byte[] key, long fileSize)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum.Of(bytes[..ChecksumAt])) return null;
        if (!bytes.StartsWith(Mark) || !bytes.Slice(8, key.Length).SequenceEqual(key)) return null;
        var at = DigestsAt;
        var parsed = new LayerFormat
        {
            Key = key,
            BlobSize = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            FileSize = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            EntriesLength = BinaryPrimitives.ReadInt64LittleEndian(bytes[56..]),
            IndexOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes[64..]),
            IndexCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[72..]),
            EntriesChecksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[76..]),
            IndexChecksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[80..]),
            Digest = ReadDigest(bytes, ref at),
            DiffId = ReadDigest(bytes, ref at),
        };
        var isWhole = parsed is { IndexCount: >= 0, EntriesLength: >= 0 } && parsed.FileSize == fileSize && parsed.IndexOffset + ((long)parsed.IndexCount * Content.Bytes) == fileSize && HeaderSize + parsed.EntriesLength <= parsed.IndexOffset;
        return isWhole ? parsed : null;
    }

    private static Digest? ReadDigest(ReadOnlySpan<byte> bytes, ref int at)
    {
        int length = bytes[at++];
        var text = Encoding.ASCII.GetString(bytes.Slice(at, length));
        at += length;
        return Core.Images.Digest.TryParse(text, out var digest) ? digest : null;
    }
}
