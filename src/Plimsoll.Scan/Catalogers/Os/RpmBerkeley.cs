using System.Buffers.Binary;
using System.Collections;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Packages, a hash database of Berkeley DB, as rpm kept it until RHEL 8 and Fedora 32 (src/dbinc/db_page.h of Berkeley
/// DB 5.3). Numbers in the order of the machine that wrote it; page 0 describes the file; each bucket is a chain of
/// pages that hold keys and values in turn, from the end of the page down; long values are chains of overflow pages.
/// The key is the number of the package, the value its header; number 0 holds the next number.
/// </summary>
internal sealed class RpmBerkeley(Stream stream, string path, Findings found) : RpmDatabase(stream, path, found)
{
    private const int MetaSize = 512;
    private const int PageHeader = 26;
    private const uint HashMagic = 0x061561;
    private const uint TreeMagic = 0x053162;

    private const byte UnsortedHashPage = 2;
    private const byte OverflowPage = 7;
    private const byte HashMetaPage = 8;
    private const byte HashPage = 13;

    private const byte OnPage = 1;
    private const byte OffPage = 3;
    private const int OffPageItem = 12;

    private readonly byte[] meta = new byte[MetaSize];
    private BitArray seen = new(0);
    private bool bigEndian;
    private int pageSize;

    public override IEnumerable<(long Offset, ReadOnlyMemory<byte> Header)> Headers()
    {
        if (!TryOpen()) yield break; // Reported there.
        var page = new byte[pageSize];
        var buckets = Number(meta, 72);
        for (var bucket = 0L; bucket <= buckets; bucket++)
        {
            var number = FirstPage((uint)bucket);
            if (number <= 0 || number >= seen.Length)
            {
                Report(ProblemKind.Malformed, 72, $"expected a page from 1 to {seen.Length - 1:N0} for each of {(long)buckets + 1:N0} buckets, found page {number:N0} for bucket {bucket:N0}; packages may be missing");
                break; // Buckets beyond the file's end: as many as a hostile number says.
            }
            for (var next = (uint)number; next != 0; next = Number(page, 16))
            {
                if (!TryPage(next, page, HashPage, UnsortedHashPage)) break; // Reported there.
                var items = Half(page, 20);
                for (var i = 0; i + 1 < items; i += 2)
                    if (TryItem(page, next, i, items, out var key, out _) && !(key.Length == 4 && Number(key.Span, 0) == 0)
                        && TryItem(page, next, i + 1, items, out var value, out var offset))
                        yield return (offset, value);
                if (items % 2 != 0) Report(ProblemKind.Malformed, Start(next), $"expected keys and values in pairs, found {items:N0} items; a package may be missing");
            }
        }
    }

    private bool TryOpen()
    {
        if (!TryRead(0, meta))
        {
            Report(ProblemKind.Truncated, 0, $"expected the {MetaSize} bytes that describe a database of Berkeley DB, found the end of the file; no package was read");
            return false;
        }
        bigEndian = BinaryPrimitives.ReadUInt32BigEndian(meta.AsSpan(12)) is HashMagic or TreeMagic;
        var (magic, version, size) = (Number(meta, 12), Number(meta, 16), Number(meta, 20));
        if (magic != HashMagic)
        {
            var tree = magic == TreeMagic;
            Report(tree ? ProblemKind.Unsupported : ProblemKind.Malformed, 12, $"expected a hash database of Berkeley DB, found {(tree ? "a B-tree, in which no rpm keeps packages" : "something else")}; no package was read");
            return false;
        }
        // Version 8 came with Berkeley DB 4.1 in 2002, 10 with 5.0; rpm's packages are neither encrypted nor have pages checksums.
        if (version is < 8 or > 10 || meta[24] != 0 || (meta[26] & 1) != 0)
        {
            Report(ProblemKind.Unsupported, 16, $"expected version 8 to 10 of the format without encryption and checksums, found version {version}, encryption {meta[24]} and flags {meta[26]}; no package was read");
            return false;
        }
        if (size is < 512 or > 65536 || !uint.IsPow2(size) || meta[25] != HashMetaPage)
        {
            Report(ProblemKind.Malformed, 20, $"expected a page size that is a power of two from 512 to 65,536 and page type {HashMetaPage}, found {size:N0} and {meta[25]}; no package was read");
            return false;
        }
        pageSize = (int)size;
        var last = Number(meta, 32);
        if (((long)last + 1) * pageSize > Length)
            Report(ProblemKind.Truncated, Length, $"expected {(long)last + 1:N0} pages of {pageSize:N0} bytes, found the end of the file; packages may be missing");
        // A page is counted once when it is read: the bound on all loops.
        seen = new BitArray(checked((int)(Length / pageSize)));
        return true;
    }

    /// <summary>Buckets are added in doublings, each of which has its place in the file (`spares`).</summary>
    private long FirstPage(uint bucket) => bucket + (long)Number(meta, 96 + (4 * (32 - int.CreateChecked(uint.LeadingZeroCount(bucket)))));

    private bool TryPage(uint number, Span<byte> page, byte type, byte otherType)
    {
        if (number >= seen.Length || seen[(int)number])
        {
            Report(ProblemKind.Malformed, Start(number), $"expected a page below {seen.Length:N0} that is in no other place, found page {number:N0}; packages may be missing");
            return false;
        }
        seen[(int)number] = true;
        if (!TryRead(Start(number), page))
        {
            Report(ProblemKind.Truncated, Start(number), $"expected page {number:N0}, found the end of the file; packages may be missing");
            return false;
        }
        if (Number(page, 8) == number && (page[25] == type || page[25] == otherType)) return true;
        Report(ProblemKind.Malformed, Start(number), $"expected page {number:N0} of type {type}, found page {Number(page, 8):N0} of type {page[25]}; packages may be missing");
        return false;
    }

    private bool TryItem(byte[] page, uint number, int item, int items, out ReadOnlyMemory<byte> content, out long offset)
    {
        content = default;
        offset = Start(number);
        var slots = PageHeader + (2 * items);
        var (start, end) = slots > pageSize ? (0, 0) : (Half(page, PageHeader + (2 * item)), item == 0 ? pageSize : Half(page, PageHeader + (2 * (item - 1))));
        if (start < slots || start >= end || end > pageSize)
        {
            Report(ProblemKind.Malformed, offset + PageHeader + (2 * item), $"expected {items:N0} items one before the other in page {number:N0}, found item {item} from {start:N0} to {end:N0}; a package may be missing");
            return false;
        }
        offset += start;
        if (page[start] == OnPage)
        {
            content = page.AsMemory((start + 1)..end);
            return true;
        }
        if (page[start] == OffPage && end - start == OffPageItem)
        {
            var length = Number(page, start + 8);
            if (!IsSize(length, offset)) return false; // Reported there.
            var room = Room((int)length);
            content = room;
            return TryOverflow(Number(page, start + 4), room.Span, offset);
        }
        Report(ProblemKind.Malformed, offset, $"expected an item of type {OnPage} or {OffPage}, found type {page[start]} with {end - start:N0} bytes; a package may be missing");
        return false;
    }

    private bool TryOverflow(uint number, Span<byte> to, long from)
    {
        Span<byte> head = stackalloc byte[PageHeader];
        while (!to.IsEmpty)
        {
            if (!TryPage(number, head, OverflowPage, OverflowPage)) return false; // Reported there.
            var length = Half(head, 22);
            if (length == 0 || length > pageSize - PageHeader || length > to.Length || !TryRead(Start(number) + PageHeader, to[..length]))
            {
                Report(ProblemKind.Malformed, Start(number), $"expected 1 to {Math.Min(to.Length, pageSize - PageHeader):N0} bytes of the header that starts at {from:N0}, found {length:N0}; the package was not read");
                return false;
            }
            to = to[length..];
            number = Number(head, 16);
        }
        return true;
    }

    private long Start(uint page) => (long)page * pageSize;

    private uint Number(ReadOnlySpan<byte> from, int at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(from[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);

    private ushort Half(ReadOnlySpan<byte> from, int at) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(from[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(from[at..]);
}
