using System.Text;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// Reads long files of records that are divided by empty lines and have fields with a mark at the start of their lines
/// (`Package: ` of Debian's indices, `P:` of Alpine's): a record at a time, and only the fields that are wanted.
/// </summary>
internal static class IndexRecords
{
    /// <summary>Inflated bytes: six times Debian's main, the largest.</summary>
    internal const long MostBytes = 512L << 20;

    /// <summary>Bytes of a line. The longest known, what a kernel's headers provide, has some 100 KB.</summary>
    private const int MostLineBytes = 4 << 20;

    /// <param name="marks">What the lines of the wanted fields begin with.</param>
    /// <param name="take">Is given the values of one record, in the order of the marks; empty for an absent one.</param>
    /// <exception cref="InvalidDataException">It passes a bound.</exception>
    public static void Read(Stream from, string[] marks, Action<string[]> take)
    {
        var wanted = Array.ConvertAll(marks, Encoding.UTF8.GetBytes);
        var values = new string[marks.Length];
        Array.Fill(values, "");
        var buffer = new byte[256 << 10];
        var (filled, total, any) = (0, 0L, false);
        while (true)
        {
            var read = from.Read(buffer, filled, buffer.Length - filled);
            if ((total += read) > MostBytes) throw new InvalidDataException($"it has more than the {MostBytes >> 20} MiB that are read of an index");
            filled += read;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..]) Line(rest[..end].TrimEnd((byte)'\r'));
            if (read == 0)
            {
                if (!rest.IsEmpty) Line(rest);
                Line([]);
                return;
            }
            filled = rest.Length;
            rest.CopyTo(buffer);
            if (filled < buffer.Length) continue; // There is room for more of this line.
            if (buffer.Length >= MostLineBytes) throw new InvalidDataException($"it has a line of more than {MostLineBytes >> 20} MiB");
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        void Line(ReadOnlySpan<byte> line)
        {
            if (line.IsEmpty)
            {
                if (any) take(values);
                Array.Fill(values, "");
                any = false;
            }
            for (var i = 0; i < wanted.Length; i++)
                if (line.StartsWith(wanted[i]))
                {
                    values[i] = Encoding.UTF8.GetString(line[wanted[i].Length..]).Trim();
                    any = true;
                }
        }
    }
}
