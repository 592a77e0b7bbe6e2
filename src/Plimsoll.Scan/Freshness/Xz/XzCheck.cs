using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Plimsoll.Scan.Freshness.Xz;

/// <summary>The check of a block's content by its number in the stream's flags (xz file format, 3.4): CRC32, CRC64, SHA-256 or none; those that have only a length are passed over.</summary>
internal sealed class XzCheck : IDisposable
{
    /// <summary>Bytes of the longest.</summary>
    public const int Most = 64;

    /// <summary>ECMA-182, the lowest bit first.</summary>
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] table = Table();

    private readonly int kind;
    private readonly Crc32 crc32 = new();
    private readonly IncrementalHash? sha256;
    private ulong crc64;

    /// <param name="kind">0 to 15.</param>
    public XzCheck(int kind)
    {
        this.kind = kind;
        sha256 = kind == 10 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    public int Bytes => kind == 0 ? 0 : 4 << ((kind - 1) / 3);

    public void Begin()
    {
        crc32.Reset();
        crc64 = ulong.MaxValue;
        sha256?.GetHashAndReset();
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (kind == 1) crc32.Append(bytes);
        else if (kind == 4)
            foreach (var b in bytes) crc64 = (crc64 >> 8) ^ table[(byte)crc64 ^ b];
        else sha256?.AppendData(bytes);
    }

    /// <summary>Whether what was added has this check; what is not known cannot be said to have another.</summary>
    public bool Is(ReadOnlySpan<byte> expected) => kind switch
    {
        1 => crc32.GetCurrentHashAsUInt32() == BinaryPrimitives.ReadUInt32LittleEndian(expected),
        4 => ~crc64 == BinaryPrimitives.ReadUInt64LittleEndian(expected),
        10 => expected.SequenceEqual(sha256!.GetHashAndReset()),
        _ => true,
    };

    public void Dispose() => sha256?.Dispose();

    private static ulong[] Table()
    {
        var made = new ulong[256];
        for (var i = 0; i < made.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * Polynomial);
            made[i] = value;
        }
        return made;
    }
}
