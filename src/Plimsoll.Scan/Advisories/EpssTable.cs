using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// EPSS scores by CVE, in a file that is searched without being read.
/// Format, all numbers big-endian: the 16 bytes `plimsoll-epss-1\n`; the day of the scores (days since 0001-01-01, 4
/// bytes; 0 when unknown), the number of rows (4 bytes); then rows of 11 bytes in the order of their CVEs: year less
/// 1980 (1), number (4), score and percentile in units of 1e-7 (3 each; 0xFFFFFF for no percentile). FIRST publishes
/// five decimals; what has more than seven is rounded.
/// </summary>
internal sealed class EpssTable : IDisposable
{
    private const int HeadBytes = 24;
    private const int RowBytes = 11;
    private const int KeyBytes = 5;
    private const int FirstYear = 1980;
    private const int Unit = 10_000_000;
    private const int NoPercentile = 0xFFFFFF;

    private readonly SafeFileHandle handle;

    private EpssTable(SafeFileHandle handle, int count, DateOnly? date)
    {
        this.handle = handle;
        Count = count;
        Date = date;
    }

    private static ReadOnlySpan<byte> Magic => "plimsoll-epss-1\n"u8;

    /// <summary>The day of the scores; null when the feed does not say it.</summary>
    public DateOnly? Date { get; }

    public int Count { get; }

    /// <exception cref="InvalidDataException">It is no such file, or not all of it.</exception>
    public static EpssTable Open(string path)
    {
        var file = File.OpenHandle(path);
        try
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            var length = RandomAccess.GetLength(file);
            if (RandomAccess.Read(file, head, 0) < HeadBytes || !head.StartsWith(Magic)) throw new InvalidDataException($"`{path}` is no table of EPSS scores.");
            var day = BinaryPrimitives.ReadInt32BigEndian(head[16..]);
            var rows = BinaryPrimitives.ReadInt32BigEndian(head[20..]);
            if (rows < 0 || length != HeadBytes + ((long)rows * RowBytes) || day < 0 || day > DateOnly.MaxValue.DayNumber)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"`{path}` has {length:N0} bytes, not those of the {rows:N0} rows that it says to have."));
            return new EpssTable(file, rows, day == 0 ? null : DateOnly.FromDayNumber(day));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <param name="rows">In any order; of several for one CVE the first counts, and <paramref name="repeated"/> says how many others there were.</param>
    public static void Write(Stream to, DateOnly? date, List<(CveId Cve, ExploitProbability Probability)> rows, out int repeated)
    {
        var unique = rows.OrderBy(row => row.Cve).DistinctBy(row => row.Cve).ToList();
        repeated = rows.Count - unique.Count;
        Span<byte> head = stackalloc byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32BigEndian(head[16..], date?.DayNumber ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(head[20..], unique.Count);
        to.Write(head);
        Span<byte> bytes = stackalloc byte[RowBytes];
        foreach (var (cve, probability) in unique)
        {
            WriteKey(bytes, cve);
            WriteShare(bytes[5..], (int)Math.Round(probability.Score * Unit));
            WriteShare(bytes[8..], probability.Percentile is { } percentile ? (int)Math.Round(percentile * Unit) : NoPercentile);
            to.Write(bytes);
        }
    }

    /// <summary>Whether the table has room for a CVE of this year.</summary>
    public static bool CanHold(CveId cve) => cve.Year is >= FirstYear and < FirstYear + 256;

    public ExploitProbability? Find(CveId cve)
    {
        if (!CanHold(cve)) return null;
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> row = stackalloc byte[RowBytes];
        WriteKey(key, cve);
        for (var (low, high) = (0, Count - 1); low <= high;)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            if (RandomAccess.Read(handle, row, HeadBytes + ((long)middle * RowBytes)) < RowBytes) throw new EndOfStreamException("The table of EPSS scores became shorter while it was read.");
            var order = row[..KeyBytes].SequenceCompareTo(key);
            if (order == 0) return new ExploitProbability(ReadShare(row[5..]) / (double)Unit, ReadShare(row[8..]) is var percentile && percentile != NoPercentile ? percentile / (double)Unit : null);
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    public void Dispose() => handle.Dispose();

    private static void WriteKey(Span<byte> to, CveId cve)
    {
        to[0] = (byte)(cve.Year - FirstYear);
        BinaryPrimitives.WriteUInt32BigEndian(to[1..], cve.Number);
    }

    private static void WriteShare(Span<byte> to, int units) => (to[0], to[1], to[2]) = ((byte)(units >> 16), (byte)(units >> 8), (byte)units);

    private static int ReadShare(ReadOnlySpan<byte> from) => (from[0] << 16) | (from[1] << 8) | from[2];
}
