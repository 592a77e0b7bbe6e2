using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>
/// Makes small 64-bit ELF files of sections: of a golden file's lines `NAME: text`, where `\xHH`, `\0`, `\n`, `\t` and
/// `\\` stand for bytes, lines of one name follow each other, `zlib NAME:` deflates the section, and `appended:` puts
/// bytes behind the end. Sections that are not code are aligned to 16 bytes, `.data` and `.go.buildinfo` are writable,
/// and each is a segment, too.
/// </summary>
internal static class ElfWriter
{
    public static byte[] FromLines(string lines)
    {
        var sections = new List<(string Name, MemoryStream Content, bool Deflate)>();
        var appended = new MemoryStream();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var name = line[..colon];
            var deflate = name.StartsWith("zlib ", StringComparison.Ordinal);
            if (deflate) name = name[5..];
            var bytes = Unescape(line[(colon + 2)..]);
            if (name == "appended") appended.Write(bytes);
            else
            {
                var index = sections.FindIndex(section => section.Name == name);
                if (index < 0)
                {
                    index = sections.Count;
                    sections.Add((name, new MemoryStream(), deflate));
                }
                sections[index].Content.Write(bytes);
            }
        }
        return Make([.. sections.Select(section => (section.Name, section.Deflate ? Deflate(section.Content.ToArray()) : section.Content.ToArray()))], appended.ToArray());
    }

    public static byte[] Make(IReadOnlyList<(string Name, byte[] Content)> sections, byte[]? appended = null, bool withSectionHeaders = true)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        var starts = sections.Select(section => Name(section.Name)).ToArray();
        var tableName = Name(".shstrtab");
        var at = Align(64 + (56 * sections.Count));
        var places = new List<int>();
        foreach (var (_, content) in sections)
        {
            places.Add(at);
            at = Align(at + content.Length);
        }
        var namesAt = at;
        var headersAt = withSectionHeaders ? Align(namesAt + (int)names.Length) : 0;
        var file = new byte[(withSectionHeaders ? headersAt + (64 * (sections.Count + 2)) : at) + (appended?.Length ?? 0)];

        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5], file[6]) = (2, 1, 1);
        Half(16, 3);
        Half(18, 62);
        Word(20, 1);
        Long(32, 64);
        Long(40, headersAt);
        Half(52, 64);
        Half(54, 56);
        Half(56, sections.Count);
        Half(58, 64);
        Half(60, withSectionHeaders ? sections.Count + 2 : 0);
        Half(62, withSectionHeaders ? sections.Count + 1 : 0);
        for (var i = 0; i < sections.Count; i++)
        {
            var (name, content) = sections[i];
            content.CopyTo(file, places[i]);
            var writable = name is ".data" or ".go.buildinfo";
            Word(64 + (56 * i), 1);
            Word(68 + (56 * i), writable ? 6 : 4);
            foreach (var (offset, value) in new[] { (8, places[i]), (16, 0x400000 + places[i]), (24, 0x400000 + places[i]), (32, content.Length), (40, content.Length), (48, 16) }) Long(64 + (56 * i) + offset, value);
            if (withSectionHeaders) Section(i + 1, starts[i], 1, name is ".rodata" ? 2 : writable ? 3 : 0, 0x400000 + places[i], places[i], content.Length);
        }
        if (withSectionHeaders)
        {
            names.ToArray().CopyTo(file, namesAt);
            Section(sections.Count + 1, tableName, 3, 0, 0, namesAt, (int)names.Length);
        }
        appended?.CopyTo(file, file.Length - appended.Length);
        return file;

        int Name(string name)
        {
            var start = (int)names.Length;
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
            return start;
        }
        void Half(int where, int value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(where), (ushort)value);
        void Word(int where, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(where), value);
        void Long(int where, long value) => BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(where), value);
        void Section(int index, int name, int type, int flags, int address, int offset, int size)
        {
            var header = headersAt + (64 * index);
            Word(header, name);
            Word(header + 4, type);
            Long(header + 8, flags);
            Long(header + 16, address);
            Long(header + 24, offset);
            Long(header + 32, size);
        }
    }

    private static int Align(int value) => (value + 15) / 16 * 16;

    private static byte[] Deflate(byte[] content)
    {
        using var to = new MemoryStream();
        using (var stream = new ZLibStream(to, CompressionLevel.Optimal)) stream.Write(content);
        return to.ToArray();
    }

    private static byte[] Unescape(string text)
    {
        using var to = new MemoryStream();
        for (var i = 0; i < text.Length; i++)
            if (text[i] != '\\') to.Write(Encoding.UTF8.GetBytes(text[i].ToString()));
            else if (text[++i] == 'x')
            {
                to.WriteByte(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else to.WriteByte(text[i] switch { '0' => 0, 'n' => 10, 't' => 9, var c => (byte)c });
        return to.ToArray();
    }
}
