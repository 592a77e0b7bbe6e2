using System.Buffers.Binary;
using System.Numerics;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4), one instruction for eight bytes. Enough here: it guards against damage, not against
/// an enemy, who could write a right one; the folder is private for that reason.
/// </summary>
internal static class Checksum
{
    public const uint Start = uint.MaxValue;

    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) checksum = BitOperations.Crc32C(checksum, b);
        return checksum;
    }

    public static uint Of(ReadOnlySpan<byte> bytes) => Append(Start, bytes);
}
