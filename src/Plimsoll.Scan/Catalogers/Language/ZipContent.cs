using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>The bytes of a ZIP entry: stored or deflated, bounded, and as long as declared (PKWARE APPNOTE.TXT 4.3.7).</summary>
internal static class ZipContent
{
    private const int LocalLength = 30;

    /// <summary>Bytes that are read and inflated at a time; most entries have less.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>CRC-32 of ISO 3309, reflected: the remainder of each byte.</summary>
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Range(0, 8).Aggregate((uint)value, (crc, _) => (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1)))];

    /// <summary>A whole entry, its checksum compared.</summary>
    /// <exception cref="UnreadableException">It is longer than <paramref name="limit"/>, or not what its directory says.</exception>
    public static byte[] Read(Stream archive, ZipMember member, int limit)
    {
        if (member.Size > limit) throw new UnreadableException(ProblemKind.LimitReached, $"it has {member.Size:N0} bytes, more than the {limit:N0} that are read of its kind");
        var bytes = GC.AllocateUninitializedArray<byte>((int)member.Size);
        Inflate(archive, member, bytes.Length, (piece, at) => piece.CopyTo(bytes.AsSpan((int)at)));
        var crc = ~0u;
        foreach (var b in bytes) crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc == member.Crc ? bytes : throw new UnreadableException(ProblemKind.Mismatch, $"its checksum is {~crc:x8}, but the archive declares {member.Crc:x8}");
    }

    /// <summary>A stored entry where it stands.</summary>
    public static RangeStream Slice(Stream archive, ZipMember member)
    {
        if (member.IsEncrypted) throw new UnreadableException(ProblemKind.Unsupported, "it is encrypted");
        if (member.Header < 0 || member.Header > archive.Length - LocalLength) throw Beyond();
        Span<byte> local = stackalloc byte[LocalLength];
        archive.Position = member.Header;
        archive.ReadExactly(local);
        if (!local.StartsWith("PK\u0003\u0004"u8)) throw new UnreadableException(ProblemKind.Malformed, "the archive's directory says that it starts where no entry does");
        var start = member.Header + LocalLength + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        return member.Stored >= 0 && member.Stored <= archive.Length - start ? new RangeStream(archive, start, member.Stored) : throw Beyond();
    }

    /// <summary>Inflates an entry piece by piece; <paramref name="write"/> gets each with its offset.</summary>
    public static void Inflate(Stream archive, ZipMember member, long limit, ZipPiece write)
    {
        using var stored = Slice(archive, member);
        if (member.Method is not (0 or 8)) throw new UnreadableException(ProblemKind.Unsupported, $"it is compressed by method {member.Method}, which is neither stored nor deflate");
        var (raw, piece) = (ArrayPool<byte>.Shared.Rent(PieceBytes), ArrayPool<byte>.Shared.Rent(PieceBytes));
        try
        {
            using var content = member.Method == 0 ? (Stream)stored : new DeflateStream(new ReadAhead(stored, raw), CompressionMode.Decompress);
            Copy(content, Math.Min(member.Size, limit), piece, write);
        }
        catch (InvalidDataException broken)
        {
            throw new UnreadableException(ProblemKind.Malformed, $"it cannot be inflated: {broken.Message}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void Copy(Stream content, long size, byte[] piece, ZipPiece write)
    {
        long at = 0;
        for (int read; (read = content.Read(piece)) > 0; at += read)
        {
            if (at + read > size) throw new UnreadableException(ProblemKind.Mismatch, $"it inflates to more than the {size:N0} bytes that the archive declares");
            write(piece.AsSpan(0, read), at);
        }
        if (at < size) throw new UnreadableException(ProblemKind.Truncated, $"it ends after {at:N0} of {size:N0} bytes");
    }

    private static UnreadableException Beyond() => new(ProblemKind.Truncated, "the archive ends before it does");
}

/// <summary>Takes a piece of an entry and its offset in it.</summary>
internal delegate void ZipPiece(ReadOnlySpan<byte> piece, long at);
