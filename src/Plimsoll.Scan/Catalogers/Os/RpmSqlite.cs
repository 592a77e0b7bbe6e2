using System.Buffers.Binary;
using System.Collections;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// rpmdb.sqlite, of Fedora 33 and RHEL 9 on: the table `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)` of a SQLite
/// database (sqlite.org/fileformat2.html). Big-endian numbers; page 1 starts with 100 bytes on the file and holds the
/// list of tables; interior pages of a table point to others, leaves have rows, long rows go on in a chain of overflow
/// pages. The table `Name` has a row for each package too, which tells when one of the other table is gone.
/// </summary>
internal sealed class RpmSqlite(Stream stream, string path, Findings found) : RpmDatabase(stream, path, found)
{
    private const int FileHeader = 100;
    private const byte InteriorTable = 5;
    private const byte LeafTable = 13;

    private BitArray seen = new(0);
    private int pageSize;
    private int usable;

    private readonly record struct Row(long Number, long Offset, ReadOnlyMemory<byte> Content);

    public override IEnumerable<(long Offset, ReadOnlyMemory<byte> Header)> Headers()
    {
        if (!TryOpen()) yield break; // Reported there.
        int packages = 0, names = 0;
        foreach (var row in Rows(1))
        {
            var root = Root(row.Content.Span, out var table);
            if (table is "Packages") packages = root;
            else if (table is "Name") names = root;
        }
        if (packages == 0)
        {
            Report(ProblemKind.Malformed, FileHeader, "expected a table `Packages`, found none; no package was read");
            yield break;
        }
        var shown = new HashSet<long>(); // As many as the caller takes.
        foreach (var row in Rows(packages))
            if (SqliteRecord.TryColumn(row.Content.Span, 1, out var type, out var value) && type >= 12 && type % 2 == 0)
            {
                shown.Add(row.Number);
                yield return (row.Offset, row.Content[^value.Length..]);
            }
            else
                Report(ProblemKind.Malformed, row.Offset, $"expected a row of a number and a header, found something else; package {row.Number} was not read");
        var missing = 0;
        if (names != 0)
            foreach (var row in Rows(names))
                if (SqliteRecord.TryInteger(row.Content.Span, 1, out var number) && !shown.Contains(number)) missing++;
        if (missing > 0) Report(ProblemKind.Malformed, (long)(packages - 1) * pageSize, $"the index of names has {missing:N0} packages that the table of packages does not have; they are missing");
    }

    private bool TryOpen()
    {
        var header = new byte[FileHeader];
        if (!TryRead(0, header) || !header.AsSpan().StartsWith("SQLite format 3\0"u8))
        {
            Report(ProblemKind.Malformed, 0, "expected a SQLite database, found something else; no package was read");
            return false;
        }
        var size = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16));
        pageSize = size == 1 ? 65536 : size;
        usable = pageSize - header[20];
        if (pageSize < 512 || !int.IsPow2(pageSize) || usable < 480)
        {
            Report(ProblemKind.Malformed, 16, $"expected a page size that is a power of two from 512 to 65,536, found {pageSize:N0} with {header[20]} bytes unused; no package was read");
            return false;
        }
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(28));
        if ((long)pages * pageSize > Length)
            Report(ProblemKind.Truncated, Length, $"expected {pages:N0} pages of {pageSize:N0} bytes, found the end of the file; packages may be missing");
        // A page is counted once when it is read: the bound on all loops.
        seen = new BitArray(checked((int)(Length / pageSize) + 1));
        return true;
    }

    /// <summary>The name of a table and the page where it starts, of a row of the list of tables.</summary>
    private static int Root(ReadOnlySpan<byte> row, out string? table)
    {
        table = null;
        if (!SqliteRecord.TryColumn(row, 0, out _, out var kind) || !kind.SequenceEqual("table"u8)) return 0; // Indices and triggers are not read.
        if (!SqliteRecord.TryColumn(row, 1, out _, out var name) || !SqliteRecord.TryInteger(row, 3, out var root)) return 0; // The caller misses the table.
        table = name.SequenceEqual("Packages"u8) ? "Packages" : name.SequenceEqual("Name"u8) ? "Name" : null;
        return root is > 0 and <= int.MaxValue ? (int)root : 0;
    }

    /// <summary>Every row of the table that starts in a page.</summary>
    private IEnumerable<Row> Rows(int root)
    {
        var page = new byte[pageSize];
        var next = new Stack<uint>();
        next.Push((uint)root);
        while (next.TryPop(out var number))
        {
            if (!TryVisit(number)) continue; // Reported there.
            var start = (long)(number - 1) * pageSize;
            if (!TryRead(start, page))
            {
                Report(ProblemKind.Truncated, start, $"expected page {number:N0} of a table, found the end of the file; packages may be missing");
                continue;
            }
            var at = number == 1 ? FileHeader : 0;
            var interior = page[at] == InteriorTable;
            var cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(at + 3));
            var pointers = at + (interior ? 12 : 8);
            if ((!interior && page[at] != LeafTable) || pointers + (2 * cells) > usable)
            {
                Report(ProblemKind.Malformed, start, $"expected a page of a table, found type {page[at]} with {cells:N0} cells; packages may be missing");
                continue;
            }
            if (interior) next.Push(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at + 8)));
            for (var i = interior ? cells - 1 : 0; interior ? i >= 0 : i < cells; i += interior ? -1 : 1)
            {
                var cell = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(pointers + (2 * i)));
                if (cell < pointers + (2 * cells) || cell > usable - 4)
                    Report(ProblemKind.Malformed, start + pointers + (2 * i), $"expected a cell inside page {number:N0}, found one at {cell:N0}; packages may be missing");
                else if (interior)
                    next.Push(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(cell)));
                else if (TryRow(page, start, cell, out var row))
                    yield return row;
            }
        }
    }

    private bool TryRow(byte[] page, long start, int cell, out Row row)
    {
        row = default;
        ReadOnlySpan<byte> rest = page.AsSpan(cell, usable - cell);
        if (!SqliteRecord.TryVarint(ref rest, out var size) || !SqliteRecord.TryVarint(ref rest, out var number) || size < 0)
        {
            Report(ProblemKind.Malformed, start + cell, "expected the size and number of a row, found something else; a package may be missing");
            return false;
        }
        if (!IsSize(size, start + cell)) return false; // Reported there.
        // How much of a row stays in its leaf (fileformat2, "Cell Payload Overflow Pages").
        var most = usable - 35;
        var least = ((usable - 12) * 32 / 255) - 23;
        var wanted = least + (((int)size - least) % (usable - 4));
        var local = size <= most ? (int)size : wanted <= most ? wanted : least;
        if (rest.Length < local + (local < size ? 4 : 0))
        {
            Report(ProblemKind.Malformed, start + cell, $"expected {local:N0} bytes of row {number} inside its page, found its end; the package was not read");
            return false;
        }
        var content = Room((int)size);
        rest[..local].CopyTo(content.Span);
        row = new Row(number, start + cell, content);
        return local == size || TryOverflow(BinaryPrimitives.ReadUInt32BigEndian(rest[local..]), content.Span[local..], row);
    }

    private bool TryOverflow(uint page, Span<byte> to, Row row)
    {
        Span<byte> next = stackalloc byte[4];
        while (!to.IsEmpty)
        {
            if (!TryVisit(page)) return false; // Reported there.
            var start = (long)(page - 1) * pageSize;
            var piece = to[..Math.Min(to.Length, usable - 4)];
            if (!TryRead(start, next) || !TryRead(start + 4, piece))
            {
                Report(ProblemKind.Truncated, start, $"expected more of row {row.Number}, found the end of the file; the package was not read");
                return false;
            }
            to = to[piece.Length..];
            page = BinaryPrimitives.ReadUInt32BigEndian(next);
        }
        return true;
    }

    private bool TryVisit(uint page)
    {
        if (page == 0 || page > (uint)(seen.Length - 1) || seen[(int)page])
        {
            Report(ProblemKind.Malformed, Math.Max(0, ((long)page - 1) * pageSize), $"expected a page from 1 to {seen.Length - 1:N0} that is in no other place, found page {page:N0}; packages may be missing");
            return false;
        }
        return seen[(int)page] = true;
    }
}
