using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// An `all.zip` of OSV: one JSON record an entry, stored or deflated, names of no matter. One entry is in memory at a
/// time. An archive that is damaged as such is refused whole, since what it lacks cannot be told; an entry beyond a
/// bound is a problem, and the others are read.
/// </summary>
internal sealed class OsvArchive(FeedFile file)
{
    /// <summary>Inflated bytes for each byte of the archive, after the first 256 MiB; real ones have 2 to 10, and entries that share bytes reach millions.</summary>
    public const int MostRatio = 100;

    /// <summary>Bytes of an entry's compressed form; deflate of random bytes is a little longer than they are.</summary>
    private const int MostStored = OsvReader.MostBytes + (64 * 1024);

    private const int LocalLength = 30;

    private byte[] stored = new byte[64 * 1024];
    private byte[] content = new byte[64 * 1024];
    private long total;

    /// <param name="take">Gets each record.</param>
    /// <param name="fault">Gets each entry that is not read.</param>
    /// <exception cref="UnreadableException">The archive is damaged.</exception>
    public void Read(OsvJson take, Action<string, UnreadableException> fault, CancellationToken cancelled)
    {
        using var directory = file.Open();
        using var entries = file.Open();
        var limit = (256L << 20) + (directory.Length * MostRatio);
        var damage = ZipDirectory.Walk(directory, member =>
        {
            cancelled.ThrowIfCancellationRequested();
            if (member.Name.EndsWith('/')) return; // A folder has no content.
            var where = $"{file.Path}!/{member.Name}";
            if (member.Size > OsvReader.MostBytes || member.Stored > MostStored)
            {
                fault(where, new UnreadableException(ProblemKind.LimitReached, $"it has {Math.Max(member.Size, member.Stored):N0} bytes, more than the {OsvReader.MostBytes:N0} that are read of a record"));
                return;
            }
            if (member.IsEncrypted || member.Method is not (0 or 8))
            {
                fault(where, new UnreadableException(ProblemKind.Unsupported, member.IsEncrypted ? "it is encrypted" : $"it is compressed by method {member.Method}, which is neither stored nor deflate"));
                return;
            }
            total += member.Size;
            if (total > limit) throw new UnreadableException(ProblemKind.LimitReached, $"its entries inflate to more than {MostRatio} times its size, as no real archive does");
            take(where, Content(entries, member));
        }).Damage;
        if (damage is not null) throw damage;
    }

    private ReadOnlySpan<byte> Content(Stream archive, ZipMember member)
    {
        Span<byte> local = stackalloc byte[LocalLength];
        if (member.Header < 0 || member.Header > archive.Length - LocalLength) throw Damaged(member, "starts beyond the end of the archive");
        archive.Position = member.Header;
        archive.ReadExactly(local);
        if (!local.StartsWith("PK\u0003\u0004"u8)) throw Damaged(member, "starts where no entry does");
        var start = member.Header + LocalLength + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        if (member.Stored > archive.Length - start) throw Damaged(member, "reaches beyond the end of the archive");
        archive.Position = start;
        var bytes = Room(ref stored, (int)member.Stored);
        archive.ReadExactly(bytes);
        var inflated = member.Method == 0 ? bytes : Inflate(member);
        if (inflated.Length != member.Size) throw Damaged(member, $"has not the {member.Size:N0} bytes that it declares");
        return Crc32.HashToUInt32(inflated) == member.Crc ? inflated : throw Damaged(member, "does not match its checksum");
    }

    private Span<byte> Inflate(ZipMember member)
    {
        // One byte more than is declared shows whether there are more.
        var room = Room(ref content, (int)member.Size + 1);
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(stored, 0, (int)member.Stored), CompressionMode.Decompress);
            return room[..inflate.ReadAtLeast(room, room.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            throw Damaged(member, "cannot be inflated");
        }
    }

    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2, MostStored))];
        return buffer.AsSpan(0, length);
    }

    private static UnreadableException Damaged(ZipMember member, string how) => new(ProblemKind.Mismatch, $"its entry `{member.Name}` {how}");
}

/// <summary>Takes a record and where it stands; the bytes are good during the call.</summary>
internal delegate void OsvJson(string where, ReadOnlySpan<byte> json);
