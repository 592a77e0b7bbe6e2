using System.Globalization;
using System.Text;
using CsCheck;
using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Catalogers.Binary;

public sealed class ElfFileTests
{
    /// <summary>Files of this machine that are compared with readelf; PLIMSOLL_FULL compares all.</summary>
    private static readonly int Most = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 150 : int.MaxValue;

    private static readonly byte[] Sample = ElfWriter.Make([(".text", [1, 2, 3]), (".rodata", Encoding.ASCII.GetBytes("some text")), (".data", new byte[100])], [7, 7]);

    [Fact]
    public void Reads_what_readelf_reads()
    {
        if (!Programs.Exist("readelf")) Assert.Skip("readelf is not installed here.");
        var compared = 0;
        // Every n-th of them, so that all kinds are among them.
        var all = new[] { "/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/share/dotnet" }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })).Where(IsElf).Order(StringComparer.Ordinal).ToArray();
        foreach (var path in all.Where((_, i) => i % Math.Max(1, all.Length / Most) == 0))
        {
            using var elf = ElfFile.Open(File.OpenRead(path));
            Assert.Equal(path + "\n" + ReadElf(path), path + "\n" + Describe(elf));
            compared++;
        }
        Assert.True(compared > 20, $"only {compared} files compared");
    }

    [Fact]
    public void A_file_without_section_headers_is_known_by_its_segments()
    {
        using var elf = ElfFile.Open(new MemoryStream(ElfWriter.Make([(".rodata", new byte[20]), (".data", new byte[50])], withSectionHeaders: false)));
        Assert.Empty(elf.Sections);
        Assert.Equal([(20L, false), (50L, true)], elf.Segments.Select(segment => (segment.FileSize, segment.IsWritable)));
        Assert.Equal(elf.Segments[1].Offset + 3, elf.OffsetOf(elf.Segments[1].Address + 3));
        Assert.Equal(-1, elf.OffsetOf(elf.Segments[1].Address + 50));
    }

    [Fact]
    public void What_follows_the_end_was_appended()
    {
        using var elf = ElfFile.Open(new MemoryStream(Sample));
        Assert.Equal(2, elf.Length - elf.End);
    }

    [Fact]
    public void A_broken_file_is_one_problem_of_the_whole_group()
    {
        using var files = MemoryImage.Of([new MemoryFile("/opt/broken", Sample[..60]), new MemoryFile("/opt/whole", Sample)]);
        var problem = Assert.Single(MemoryImage.Catalog(files).Problems);
        Assert.Equal(("binary", "/opt/broken", "expected the header of an ELF file, found something else; it was not looked into"), (problem.Unit, problem.Where, problem.Message));
    }

    [Fact]
    public void Every_prefix_is_a_problem()
    {
        for (var length = 0; length < Sample.Length - 2; length++)
        {
            var thrown = Assert.Throws<UnreadableException>(() => ElfFile.Open(new MemoryStream(Sample[..length])));
            Assert.EndsWith("it was not looked into", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_bytes_in_its_headers_are_read_or_a_problem() =>
        Gen.Select(Gen.Int[4, Sample.Length - 1], Gen.OneOf(Gen.Byte, Gen.Byte.Select(value => (byte)(value % 3 == 0 ? 0 : 255 - (value % 3))))).Array[1, 24].Sample(changes =>
        {
            var bytes = Sample.ToArray();
            foreach (var (at, value) in changes) bytes[at] = value;
            try
            {
                using var elf = ElfFile.Open(new MemoryStream(bytes));
                _ = (elf.Needed, elf.Soname, elf.BuildId(), elf.Comments());
                _ = GoBuildInfo.Read(elf);
                _ = NativeScan.Run(elf).ToList();
            }
            catch (UnreadableException problem)
            {
                Assert.NotEmpty(problem.Message);
            }
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000);

    private static bool IsElf(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[4];
        return file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head.AsSpan().SequenceEqual("\u007fELF"u8);
    }

    private static string Describe(ElfFile elf)
    {
        var to = new StringBuilder();
        foreach (var section in elf.Sections) to.Append(CultureInfo.InvariantCulture, $"section {section.Name} {section.Address:x} {section.Offset:x} {section.Size:x}\n");
        foreach (var segment in elf.Segments) to.Append(CultureInfo.InvariantCulture, $"segment {segment.Offset:x} {segment.Address:x} {segment.FileSize:x}\n");
        foreach (var name in elf.Needed) to.Append(CultureInfo.InvariantCulture, $"needed {name}\n");
        return to.Append(CultureInfo.InvariantCulture, $"soname {elf.Soname}\nbuild id {elf.BuildId()}\n").ToString();
    }

    private static string ReadElf(string path)
    {
        var output = Programs.Run("/", "readelf", "-W", "-S", "-l", "-d", "-n", path).Output;
        var to = new StringBuilder();
        var (soname, id, segments, needed) = ("", "", new StringBuilder(), new StringBuilder());
        foreach (var line in output.Split('\n'))
        {
            var text = line.Trim();
            if (text.StartsWith('[') && text.IndexOf(']') is > 0 and < 8 and var close && int.TryParse(text[1..close], out _))
            {
                // The name is left out when it is empty, as that of the first is.
                var fields = line[(line.IndexOf(']') + 1)..];
                var name = fields.StartsWith("  ", StringComparison.Ordinal) ? "" : fields.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                var rest = fields.Split(' ', StringSplitOptions.RemoveEmptyEntries)[(name.Length == 0 ? 0 : 1)..];
                if (rest.Length > 4 && rest[0] != "Segment") to.Append(CultureInfo.InvariantCulture, $"section {name} {Hex(rest[1])} {Hex(rest[2])} {Hex(rest[3])}\n");
            }
            else if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var type, var offset, var address, _, var size, _, ..] && type.All(c => char.IsAsciiLetterUpper(c) || c is '_' or 'X' || char.IsAsciiDigit(c)) && offset.StartsWith("0x", StringComparison.Ordinal) && address.StartsWith("0x", StringComparison.Ordinal) && size.StartsWith("0x", StringComparison.Ordinal))
                segments.Append(CultureInfo.InvariantCulture, $"segment {Hex(offset[2..])} {Hex(address[2..])} {Hex(size[2..])}\n");
            else if (text.Contains("(NEEDED)", StringComparison.Ordinal)) needed.Append(CultureInfo.InvariantCulture, $"needed {Bracketed(text)}\n");
            else if (text.Contains("(SONAME)", StringComparison.Ordinal)) soname = Bracketed(text);
            else if (text.IndexOf("Build ID: ", StringComparison.Ordinal) is >= 0 and var at) id = text[(at + 10)..];
        }
        return to.Append(segments).Append(needed).Append(CultureInfo.InvariantCulture, $"soname {soname}\nbuild id {id}\n").ToString();

        static string Hex(string number) => number.TrimStart('0') is { Length: > 0 } digits ? digits : "0";
        static string Bracketed(string line) => line[(line.IndexOf('[') + 1)..line.LastIndexOf(']')];
    }
}
