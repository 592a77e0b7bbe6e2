using System.Buffers.Binary;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Packages.db, rpm's "ndb" of openSUSE and SLE (lib/backend/ndb/rpmpkg.c is its only specification). Little-endian
/// numbers; a header `RpmP` of 32 bytes tells how many pages of 4,096 bytes hold slots; a slot `Slot` of 16 bytes has a
/// package number, and the place and size of its blob in blocks of 16 bytes; a blob starts with `BlbS`, number, time
/// and length, and ends with an Adler-32 of all before, the length and `BlbE`.
/// </summary>
internal sealed class RpmNdb(Stream stream, string path, Findings found) : RpmDatabase(stream, path, found)
{
    private const int HeaderSize = 32;
    private const int SlotSize = 16;
    private const int BlockSize = 16;
    private const int PageSize = 4096;
    private const int HeadSize = 16;
    private const int TailSize = 12;

    private readonly record struct Slot(uint Package, uint Block, uint Blocks)
    {
        public long Start => (long)Block * BlockSize;
        public long Size => (long)Blocks * BlockSize;
    }

    public override IEnumerable<(long Offset, ReadOnlyMemory<byte> Header)> Headers()
    {
        var end = 0L;
        foreach (var slot in Slots().OrderBy(slot => slot.Block))
        {
            if (slot.Start < end)
            {
                Report(ProblemKind.Malformed, slot.Start, $"expected the blob of package {slot.Package} after the one before it, which ends at {end:N0}; the package was not read");
                continue;
            }
            if (!IsSize(slot.Size, slot.Start)) continue; // Reported there.
            end = slot.Start + slot.Size;
            var blob = Room((int)slot.Size);
            if (!TryRead(slot.Start, blob.Span))
                Report(ProblemKind.Truncated, slot.Start, $"expected the {slot.Size:N0} bytes of package {slot.Package}, found the end of the file; the package was not read");
            else if (Fault(blob.Span, slot, out var length) is { } fault)
                Report(ProblemKind.Malformed, slot.Start, fault + "; the package was not read");
            else
            {
                if (Adler32(blob.Span[..^TailSize]) != Number(blob.Span, blob.Length - TailSize))
                    Report(ProblemKind.Mismatch, slot.Start, $"the checksum of package {slot.Package} is not that of its bytes; what is said of it may be wrong");
                yield return (slot.Start + HeadSize, blob.Slice(HeadSize, length));
            }
        }
    }

    private List<Slot> Slots()
    {
        var slots = new List<Slot>();
        var page = new byte[PageSize];
        if (!TryRead(0, page.AsSpan(0, HeaderSize)) || !page.AsSpan().StartsWith("RpmP"u8))
        {
            Report(ProblemKind.Malformed, 0, "expected a database of rpm that starts with `RpmP`, found something else; no package was read");
            return slots;
        }
        var (version, pages) = (Number(page, 4), Number(page, 12));
        if (version != 0)
        {
            Report(ProblemKind.Unsupported, 4, $"expected version 0 of the format, found {version}; no package was read");
            return slots;
        }
        for (var at = 0L; at < (long)pages * PageSize; at += PageSize)
        {
            if (!TryRead(at, page))
            {
                Report(ProblemKind.Truncated, at, $"expected {pages:N0} pages of slots, found the end of the file; packages are missing");
                break;
            }
            for (var i = at == 0 ? HeaderSize : 0; i < PageSize; i += SlotSize)
            {
                var slot = new Slot(Number(page, i + 4), Number(page, i + 8), Number(page, i + 12));
                if (!page.AsSpan(i).StartsWith("Slot"u8))
                    Report(ProblemKind.Malformed, at + i, "expected a slot that starts with `Slot`, found something else; a package may be missing");
                else if (slot.Block == 0 && slot is not { Package: 0, Blocks: 0 })
                    Report(ProblemKind.Malformed, at + i, $"expected the place of package {slot.Package}, found 0; the package was not read");
                else if (slot.Block != 0 && (slot.Package == 0 || slot.Size < HeadSize + TailSize || slot.Start < (long)pages * PageSize))
                    Report(ProblemKind.Malformed, at + i, $"expected a package number and a blob after the slots, found number {slot.Package} and {slot.Blocks:N0} blocks at {slot.Block:N0}; the package was not read");
                else if (slot.Block != 0)
                    slots.Add(slot);
                // Else the slot is free.
            }
        }
        return slots;
    }

    private static string? Fault(ReadOnlySpan<byte> blob, Slot slot, out int length)
    {
        var claimed = Number(blob, 12);
        length = (int)Math.Min(claimed, (uint)(blob.Length - HeadSize - TailSize));
        if (!blob.StartsWith("BlbS"u8) || Number(blob, 4) != slot.Package) return $"expected a blob `BlbS` of package {slot.Package}, found something else";
        if (length != claimed || blob.Length - HeadSize - TailSize - length >= BlockSize) return $"expected a length that fits {slot.Blocks:N0} blocks, found {claimed:N0}";
        return blob.EndsWith("BlbE"u8) && Number(blob, blob.Length - 8) == claimed ? null : $"expected the end `BlbE` of the blob of package {slot.Package} with its length, found something else";
    }

    /// <summary>The checksum of zlib (RFC 1950, section 9).</summary>
    private static uint Adler32(ReadOnlySpan<byte> data)
    {
        const int stride = 5552; // As many bytes as keep both sums within 32 bits.
        var (a, b) = (1u, 0u);
        while (!data.IsEmpty)
        {
            var piece = data[..Math.Min(stride, data.Length)];
            foreach (var value in piece)
            {
                a += value;
                b += a;
            }
            (a, b) = (a % 65521, b % 65521);
            data = data[piece.Length..];
        }
        return (b << 16) | a;
    }

    private static uint Number(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);
}
