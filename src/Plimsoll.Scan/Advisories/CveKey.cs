using System.Buffers.Binary;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories;

/// <summary>A CVE as a key of <see cref="KeyedFile"/>: the year less 1999 (1 byte), the number (4 bytes, highest first).</summary>
internal static class CveKey
{
    public static byte[] Of(CveId cve)
    {
        var key = new byte[5];
        key[0] = (byte)(cve.Year - CveId.FirstYear);
        BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(1), cve.Number);
        return key;
    }
}
