using System.Buffers;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>One pass over the initialised data of an ELF file for the strings of all <see cref="NativePrograms"/>.</summary>
internal static class NativeScan
{
    /// <summary>Bytes of data that are read of one file: twenty times those of Node.js.</summary>
    private const long MaxData = 1L << 30;

    /// <summary>Places kept of one string: the one with the version is among the first.</summary>
    private const int MaxPlaces = 64;

    private const int BufferBytes = 256 * 1024;

    private static readonly string[] Strings = [.. NativePrograms.All.SelectMany(program => program.Proof.Prepend(program.Anchor)).Distinct()];
    private static readonly Dictionary<string, int> Index = Strings.Select((text, i) => (text, i)).ToDictionary(pair => pair.text, pair => pair.i, StringComparer.Ordinal);
    private static readonly PatternSearch Search = new([.. Strings.Select(Encoding.Latin1.GetBytes)]);

    /// <summary>Applications whose strings are all there, each with the versions that its anchors show.</summary>
    public static IEnumerable<(NativeProgram Program, IReadOnlyCollection<string> Versions)> Run(ElfFile elf)
    {
        var places = new List<long>?[Strings.Length];
        foreach (var (offset, length) in Data(elf)) Pass(elf, offset, length, places);
        foreach (var program in NativePrograms.All)
            if (places[Index[program.Anchor]] is { } anchors && program.Proof.All(proof => places[Index[proof]] is not null))
                yield return (program, [.. anchors.Select(at => VersionAt(elf, program, at)).OfType<string>().Where(program.IsPlausible).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>Sections of data that the running program has; of a file without section headers, its segments.</summary>
    private static List<(long Offset, long Length)> Data(ElfFile elf)
    {
        // Code and unwind tables have no strings.
        List<(long Offset, long Length)> ranges = elf.Sections.Count > 0
            ? [.. elf.Sections.Where(section => section is { Type: ElfSection.Program, IsLoaded: true, IsCode: false, FileSize: > 0 } && section.Name is not (".eh_frame" or ".eh_frame_hdr" or ".gcc_except_table")).Select(section => (section.Offset, section.FileSize))]
            : [.. elf.Segments.Where(segment => segment is { Type: ElfSegment.Load, FileSize: > 0 }).Select(segment => (segment.Offset, segment.FileSize))];
        if (ranges.Sum(range => Math.Min(range.Length, MaxData + 1)) is var sum && sum > MaxData)
            throw new UnreadableException(ProblemKind.LimitReached, $"its data have more than the {MaxData:N0} bytes that are read; it was not looked into");
        return ranges;
    }

    private static void Pass(ElfFile elf, long offset, long length, List<long>?[] places)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var overlap = Search.Longest - 1;
            for (long done = 0; done < length;)
            {
                var start = offset + done;
                var read = elf.ReadSome(start, buffer.AsSpan(0, (int)Math.Min(BufferBytes, length - done)));
                Search.Find(buffer.AsSpan(0, read), (i, at) =>
                {
                    var list = places[i] ??= [];
                    if (list.Count < MaxPlaces && (list.Count == 0 || list[^1] < start + at)) list.Add(start + at);
                });
                if (done + read >= length) break;
                if (read <= overlap) throw new UnreadableException(ProblemKind.Truncated, "it ends before its sections do; it was not wholly looked into");
                done += read - overlap;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? VersionAt(ElfFile elf, NativeProgram program, long at)
    {
        var start = Math.Max(0, at - program.Version.Reach);
        var buffer = new byte[(int)(at - start) + program.Anchor.Length + program.Version.Reach];
        var text = Encoding.Latin1.GetString(buffer.AsSpan(0, elf.ReadSome(start, buffer)));
        return program.Version.Take(text, (int)(at - start), (int)(at - start) + program.Anchor.Length);
    }
}
