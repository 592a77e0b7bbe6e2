using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// An executable or library in the Executable and Linkable Format (System V ABI, chapters 4 and 5; elf(5)), of 32 or 64
/// bits and either byte order. Opening reads only its headers; all else is read by offset when asked for.
/// </summary>
internal sealed class ElfFile : IDisposable
{
    /// <summary>Section or program headers: linkers stay below 100; object files with a section for each function reach tens of thousands. The count of the file header ends below.</summary>
    private const int MaxHeaders = 65_536;

    /// <summary>Bytes of the section names.</summary>
    private const int MaxNames = 4 << 20;

    /// <summary>Bytes of a dynamic section, of notes, and of `.comment`; real ones have some KiB.</summary>
    private const int MaxTable = 1 << 20;

    /// <summary>Libraries that one file needs; the most seen is 200.</summary>
    private const int MaxNeeded = 1024;

    /// <summary>Bytes of one string of the dynamic section.</summary>
    private const int MaxString = 1024;

    private readonly Stream stream;
    private readonly ElfFields fields;
    private (IReadOnlyList<string> Needed, string? Soname)? dynamic;

    private ElfFile(Stream stream)
    {
        this.stream = stream;
        var head = new byte[(int)Math.Min(64, stream.Length)];
        stream.Position = 0;
        stream.ReadExactly(head);
        if (head.Length < 52 || !head.AsSpan().StartsWith("\u007fELF"u8) || head[4] is not (1 or 2) || head[5] is not (1 or 2) || (head[4] == 2 && head.Length < 64))
            throw new UnreadableException(ProblemKind.Malformed, "expected the header of an ELF file, found something else; it was not looked into");
        fields = new ElfFields(head[4] == 2, head[5] == 2);
        Type = fields.Half(head, 16);
        Machine = fields.Half(head, 18);
        var programs = fields.Word(head, Is64 ? 32 : 28);
        var sections = fields.Word(head, Is64 ? 40 : 32);
        var counts = Is64 ? 54 : 42;
        var (programSize, programCount) = (fields.Half(head, counts), (uint)fields.Half(head, counts + 2));
        var (sectionSize, sectionCount, names) = (fields.Half(head, counts + 4), (uint)fields.Half(head, counts + 6), (uint)fields.Half(head, counts + 8));
        if (sections != 0)
        {
            // Numbers that do not fit are in the first section header (elf(5): e_phnum, e_shnum, e_shstrndx).
            var first = Section(Headers(sections, sectionSize, 1, Is64 ? 64 : 40, "section"), 0);
            if (sectionCount == 0) sectionCount = (uint)Math.Min(first.Size, uint.MaxValue);
            if (names == 0xFFFF) names = first.Link;
            if (programCount == 0xFFFF) programCount = first.Info;
        }
        Segments = ReadSegments(programs, programSize, programCount);
        Sections = sections == 0 ? [] : ReadSections(sections, sectionSize, sectionCount, names);
        End = Math.Max(Segments.Select(segment => segment.Offset + segment.FileSize).Append(0).Max(), Sections.Select(section => section.Offset + section.FileSize).Append(sections == 0 ? 0 : (long)sections + (sectionCount * sectionSize)).Max());
    }

    public bool Is64 => fields.Is64;

    /// <summary>`e_type`: 2 executable, 3 shared object or position-independent executable.</summary>
    public ushort Type { get; }

    /// <summary>`e_machine`.</summary>
    public ushort Machine { get; }

    public ElfFields Fields => fields;

    /// <summary>In the order of their headers; empty when they were stripped.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => stream.Length;

    /// <summary>Where the file ends by its headers; what follows was appended.</summary>
    public long End { get; }

    /// <summary>Libraries that the loader must find (DT_NEEDED), in their order.</summary>
    public IReadOnlyList<string> Needed => (dynamic ??= ReadDynamic()).Needed;

    /// <summary>The name that others need it by (DT_SONAME).</summary>
    public string? Soname => (dynamic ??= ReadDynamic()).Soname;

    /// <exception cref="UnreadableException">It is no ELF file, or its headers contradict its size or our limits.</exception>
    public static ElfFile Open(ImageFile file) => Open(file.Open());

    /// <param name="stream">Seekable; the file takes it over.</param>
    public static ElfFile Open(Stream stream)
    {
        try
        {
            return new ElfFile(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The first section of that name that has bytes in the file; null for none.</summary>
    public ElfSection? Find(string name)
    {
        foreach (var section in Sections)
            if (section.Name == name && section.FileSize > 0) return section;
        return null;
    }

    /// <summary>Bytes at an offset.</summary>
    /// <param name="limit">The most that are taken; more is a problem, not a prefix.</param>
    /// <exception cref="UnreadableException">The file does not have them all, or they are too many.</exception>
    public byte[] Read(long offset, long length, int limit, string what)
    {
        if (length > limit) throw new UnreadableException(ProblemKind.LimitReached, $"its {what} has {length:N0} bytes, more than the {limit:N0} that are read; it was not looked into");
        if (offset < 0 || length < 0 || offset > Length - length) throw new UnreadableException(ProblemKind.Truncated, $"its {what} lies beyond its end; it was not looked into");
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        ReadExactly(offset, bytes);
        return bytes;
    }

    /// <summary>Fills a buffer from an offset on, as far as the file goes.</summary>
    /// <returns>How many bytes there were.</returns>
    public int ReadSome(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset >= Length) return 0;
        stream.Position = offset;
        return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }

    /// <summary>Where an address of the running program is in the file; -1 for none.</summary>
    public long OffsetOf(ulong address)
    {
        foreach (var segment in Segments)
            if (segment.Type == ElfSegment.Load && address >= segment.Address && address - segment.Address < (ulong)segment.FileSize)
                return segment.Offset + (long)(address - segment.Address);
        return -1;
    }

    /// <summary>The linker's build id (GNU note of type 3) in lower-case hexadecimal; null for none.</summary>
    public string? BuildId()
    {
        foreach (var segment in Segments)
            if (segment.Type == ElfSegment.Note && BuildIdIn(Read(segment.Offset, segment.FileSize, MaxTable, "note segment"), segment.Alignment == 8 ? 8 : 4) is { } id) return id;
        return null;
    }

    /// <summary>Strings of `.comment`: the compilers and linkers that made it.</summary>
    public IReadOnlyList<string> Comments() =>
        Find(".comment") is not { } section ? []
            : Encoding.UTF8.GetString(Read(section.Offset, section.FileSize, MaxTable, "comment section")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => stream.Dispose();

    private string? BuildIdIn(ReadOnlySpan<byte> notes, int alignment)
    {
        for (long at = 0; at + 12 <= notes.Length;)
        {
            var (name, length, type) = (fields.Word32(notes, (int)at), fields.Word32(notes, (int)at + 4), fields.Word32(notes, (int)at + 8));
            var start = at + 12 + Align(name, 4);
            if (alignment == 8) start = Align(start, 8);
            if (start + length > notes.Length) return null; // What follows is no note: a build id is not there.
            if (type == 3 && name == 4 && notes[(int)(at + 12)..].StartsWith("GNU\0"u8)) return Convert.ToHexStringLower(notes.Slice((int)start, (int)length));
            at = Align(start + length, alignment);
        }
        return null;
    }

    private static long Align(long value, int to) => (value + to - 1) / to * to;

    private (IReadOnlyList<string>, string?) ReadDynamic()
    {
        var place = Segments.FirstOrDefault(segment => segment.Type == ElfSegment.Dynamic && segment.FileSize > 0);
        if (place.FileSize == 0) return ([], null);
        var table = Read(place.Offset, place.FileSize, MaxTable, "dynamic section");
        var size = Is64 ? 16 : 8;
        var needed = new List<ulong>();
        ulong soname = 0, strings = 0;
        for (var at = 0; at + size <= table.Length; at += size)
        {
            var (tag, value) = (fields.Word(table, at), fields.Word(table, at + (size / 2)));
            if (tag == 0) break; // DT_NULL ends it.
            if (tag == 1) needed.Add(value);
            else if (tag == 14) soname = value;
            else if (tag == 5) strings = value;
        }
        if (needed.Count > MaxNeeded) throw new UnreadableException(ProblemKind.LimitReached, $"it needs {needed.Count:N0} libraries, more than the {MaxNeeded:N0} that are read; it was not looked into");
        return ([.. needed.Select(name => DynamicString(strings, name))], soname == 0 ? null : DynamicString(strings, soname));
    }

    private string DynamicString(ulong table, ulong at)
    {
        var bytes = new byte[MaxString];
        var offset = OffsetOf(unchecked(table + at));
        var text = bytes.AsSpan(0, offset < 0 ? 0 : ReadSome(offset, bytes));
        var end = text.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(text[..end])
            : throw new UnreadableException(ProblemKind.Malformed, $"expected a name of at most {MaxString:N0} bytes in its dynamic string table, found none; it was not looked into");
    }

    private byte[] Headers(ulong offset, ushort size, uint count, int expected, string what)
    {
        if (size < expected) throw new UnreadableException(ProblemKind.Malformed, $"expected {what} headers of {expected} bytes, found {size}; it was not looked into");
        if (count > MaxHeaders) throw new UnreadableException(ProblemKind.LimitReached, $"it has {count:N0} {what} headers, more than the {MaxHeaders:N0} that are read; it was not looked into");
        return Read(offset > long.MaxValue ? -1 : (long)offset, (long)count * size, int.MaxValue, $"table of {what} headers");
    }

    private List<ElfSegment> ReadSegments(ulong offset, ushort size, uint count)
    {
        if (count == 0) return [];
        var table = Headers(offset, size, count, Is64 ? 56 : 32, "program");
        var segments = new List<ElfSegment>((int)count);
        for (var at = 0; at + size <= table.Length; at += size)
            segments.Add(Is64
                ? new ElfSegment(fields.Word32(table, at), fields.Word32(table, at + 4), fields.Place(table, at + 8), fields.Word(table, at + 16), fields.Place(table, at + 32), fields.Word(table, at + 48))
                : new ElfSegment(fields.Word32(table, at), fields.Word32(table, at + 24), fields.Place(table, at + 4), fields.Word(table, at + 8), fields.Place(table, at + 16), fields.Word(table, at + 28)));
        return segments;
    }

    private List<ElfSection> ReadSections(ulong offset, ushort size, uint count, uint names)
    {
        var table = Headers(offset, size, count, Is64 ? 64 : 40, "section");
        var sections = new List<ElfSection>((int)count);
        for (var at = 0; at + size <= table.Length; at += size) sections.Add(Section(table, at));
        if (names >= sections.Count) return sections; // No names: what is found by segments is still found.
        var text = Read(sections[(int)names].Offset, sections[(int)names].FileSize, MaxNames, "table of section names");
        for (var i = 0; i < sections.Count; i++)
        {
            var start = (int)Math.Min(sections[i].NameAt, (uint)text.Length);
            var end = text.AsSpan(start).IndexOf((byte)0);
            sections[i] = sections[i] with { Name = Encoding.UTF8.GetString(text.AsSpan(start, end < 0 ? text.Length - start : Math.Min(end, MaxString))) };
        }
        return sections;
    }

    private ElfSection Section(byte[] table, int at)
    {
        var word = Is64 ? 8 : 4;
        var rest = at + 8 + (4 * word);
        return new ElfSection(fields.Word32(table, at), fields.Word32(table, at + 4), fields.Word(table, at + 8), fields.Word(table, at + 8 + word), fields.Place(table, at + 8 + (2 * word)), fields.Word(table, at + 8 + (3 * word)), fields.Word32(table, rest), fields.Word32(table, rest + 4));
    }

    private void ReadExactly(long offset, byte[] bytes)
    {
        if (ReadSome(offset, bytes) < bytes.Length) throw new UnreadableException(ProblemKind.Truncated, "it became shorter while it was read; it was not looked into");
    }
}
