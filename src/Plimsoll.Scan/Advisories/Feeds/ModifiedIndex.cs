using System.Globalization;
using System.Text;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Which records an ecosystem has and when each was last changed: OSV's `modified_id.csv`, lines `TIME,ID` with the time
/// as RFC 3339, the newest first (https://google.github.io/osv.dev/data/#downloading-recent-changes). A line that is none
/// makes the file useless: what it does not list counts as deleted.
/// </summary>
internal static class ModifiedIndex
{
    /// <summary>Bytes: 4 million records, ten times what the largest ecosystem has.</summary>
    public const long MaxBytes = 256L << 20;

    /// <summary>Records, for the same reason.</summary>
    public const int MaxRecords = 4_000_000;

    /// <summary>Bytes of one line; the longest identifiers have some 60.</summary>
    private const int MaxLine = 1024;

    /// <returns>Time of change by identifier; null, with the reason, when it is no such file.</returns>
    public static Dictionary<string, DateTimeOffset>? Read(Stream csv, out string reason)
    {
        reason = "";
        var records = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var buffer = new byte[64 * 1024];
        var (filled, number) = (0, 0);
        while (true)
        {
            var read = csv.ReadAtLeast(buffer.AsSpan(filled), 1, throwOnEndOfStream: false);
            filled += read;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0 || (read == 0 && !rest.IsEmpty); rest = rest[Math.Min(end < 0 ? rest.Length : end + 1, rest.Length)..])
            {
                number++;
                var line = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
                if (line.IsEmpty) continue; // Nothing stands there.
                if (number > MaxRecords) return Broken($"it has more than {MaxRecords:N0} lines", out reason);
                if (!TryLine(line, out var id, out var time)) return Broken($"line {number} is not TIME,ID", out reason);
                records[id] = time;
            }
            if (read == 0) return records;
            if (rest.Length > MaxLine) return Broken($"line {number + 1} has more than {MaxLine:N0} bytes", out reason);
            rest.CopyTo(buffer);
            filled = rest.Length;
        }
    }

    private static bool TryLine(ReadOnlySpan<byte> line, out string id, out DateTimeOffset time)
    {
        (id, time) = ("", default);
        var comma = line.IndexOf((byte)',');
        if (comma <= 0 || line.Length > MaxLine) return false;
        Span<char> text = stackalloc char[comma];
        if (!Encoding.UTF8.TryGetChars(line[..comma], text, out var length) || !DateTimeOffset.TryParse(text[..length], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)) return false;
        id = Encoding.UTF8.GetString(line[(comma + 1)..]);
        return FeedPath.IsName(id);
    }

    private static Dictionary<string, DateTimeOffset>? Broken(string why, out string reason)
    {
        reason = why;
        return null;
    }
}
