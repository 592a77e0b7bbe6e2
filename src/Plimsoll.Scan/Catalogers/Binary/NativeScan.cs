using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Looks through the initialised data of an ELF file for <see cref="NativePrograms"/>: once for the longest string of
/// each, which most files have none of, and once more for all strings of those that it may be.
/// </summary>
internal static class NativeScan
{
    /// <summary>Bytes of data that are read of one file: twenty times those of Node.js.</summary>
    private const long MaxData = 1L << 30;

    /// <summary>Places kept of one string: the one with the version is among the first.</summary>
    private const int MaxPlaces = 64;

    private const int BufferBytes = 256 * 1024;

    /// <summary>Parts of loaded data without text: unwind tables, and those of Go, whose programs no native one is linked into them.</summary>
    private static readonly string[] WithoutText = [".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".gopclntab"];

    private static readonly PatternSearch First = Search(NativePrograms.All.Select(program => program.Proof.Prepend(program.Anchor).MaxBy(text => text.Length)!));

    [ThreadStatic]
    private static byte[]? shared;

    /// <summary>Applications whose strings are all there, each with the versions that its anchors show.</summary>
    public static IEnumerable<(NativeProgram Program, IReadOnlyCollection<string> Versions)> Run(ElfFile elf)
    {
        var ranges = Data(elf);
        var maybe = new SortedSet<int>();
        foreach (var (offset, length) in ranges) Pass(elf, First, offset, length, (i, _) => maybe.Add(i));
        if (maybe.Count == 0) yield break;
        var programs = maybe.Select(i => NativePrograms.All[i]).ToList();
        var texts = programs.SelectMany(program => program.Proof.Prepend(program.Anchor)).Distinct().ToList();
        var places = texts.ToDictionary(text => text, _ => new List<long>(), StringComparer.Ordinal);
        var search = Search(texts);
        foreach (var (offset, length) in ranges)
            Pass(elf, search, offset, length, (i, at) =>
            {
                var list = places[texts[i]];
                if (list.Count < MaxPlaces && (list.Count == 0 || list[^1] < at)) list.Add(at);
            });
        foreach (var program in programs)
            if (places[program.Anchor] is { Count: > 0 } anchors && program.Proof.All(proof => places[proof].Count > 0))
                yield return (program, [.. anchors.Select(at => VersionAt(elf, program, at)).OfType<string>().Where(program.IsPlausible).Distinct().Order(StringComparer.Ordinal)]);
    }

    private static PatternSearch Search(IEnumerable<string> texts) => new([.. texts.Select(Encoding.Latin1.GetBytes)]);

    /// <summary>Sections of data that the running program has; of a file without section headers, its segments.</summary>
    private static List<(long Offset, long Length)> Data(ElfFile elf)
    {
        List<(long Offset, long Length)> ranges = elf.Sections.Count > 0
            ? [.. elf.Sections.Where(section => section is { Type: ElfSection.Program, IsLoaded: true, IsCode: false, FileSize: > 0 } && !WithoutText.Contains(section.Name)).Select(section => (section.Offset, section.FileSize))]
            : [.. elf.Segments.Where(segment => segment is { Type: ElfSegment.Load, FileSize: > 0 }).Select(segment => (segment.Offset, segment.FileSize))];
        if (ranges.Sum(range => Math.Min(range.Length, MaxData + 1)) is var sum && sum > MaxData)
            throw new UnreadableException(ProblemKind.LimitReached, $"its data have more than the {MaxData:N0} bytes that are read; it was not looked into");
        return ranges;
    }

    private static void Pass(ElfFile elf, PatternSearch search, long offset, long length, Action<int, long> found)
    {
        var buffer = shared ??= GC.AllocateUninitializedArray<byte>(BufferBytes);
        var overlap = search.Longest - 1;
        for (long done = 0; done < length;)
        {
            var start = offset + done;
            var read = elf.ReadSome(start, buffer.AsSpan(0, (int)Math.Min(BufferBytes, length - done)));
            search.Find(buffer.AsSpan(0, read), (i, at) => found(i, start + at));
            if (done + read >= length) break;
            if (read <= overlap) throw new UnreadableException(ProblemKind.Truncated, "it ends before its sections do; it was not wholly looked into");
            done += read - overlap;
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
