using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// What the Go linker writes about a program (Go's package debug/buildinfo): 16-byte aligned in section `.go.buildinfo`,
/// or in the data of a stripped file, `\xff Go buildinf:`, a pointer size and flags. With flag 2 (since Go 1.18) follow
/// at byte 32 two strings, each a length of seven bits a byte and text; before, pointers to two Go strings (address and
/// length). The first names the toolchain, the second lists modules, between two marks of 16 bytes.
/// </summary>
/// <param name="Toolchain">`go1.22.3`, perhaps with experiments after a blank.</param>
/// <param name="Modules">Lines of fields divided by tabs: `path`, `mod`, `dep`, `=>` and `build`; empty for programs built without modules.</param>
internal sealed record GoBuildInfo(string Toolchain, string Modules)
{
    private const int HeaderBytes = 32;
    private const int MaxToolchain = 256;

    /// <summary>Bytes of the list: Kubernetes' programs have 30 KB.</summary>
    private const int MaxModules = 8 << 20;

    /// <summary>Bytes of data that are searched in a file without section headers.</summary>
    private const int MaxSearch = 64 << 20;

    private const int MarkBytes = 16;

    /// <summary>After a byte 0xFF, which text cannot write.</summary>
    private static ReadOnlySpan<byte> Magic => " Go buildinf:"u8;

    /// <returns>Null for a program that is not Go's.</returns>
    /// <exception cref="UnreadableException">It is, but cannot be read.</exception>
    public static GoBuildInfo? Read(ElfFile elf)
    {
        if (Place(elf) is not { } at) return null;
        var header = new byte[HeaderBytes];
        if (elf.ReadSome(at, header) < HeaderBytes) throw Broken("its header is cut");
        var (pointerSize, flags) = (header[14], header[15]);
        if ((flags & 2) != 0)
        {
            at += HeaderBytes;
            var toolchain = InlineString(elf, ref at, MaxToolchain);
            return new GoBuildInfo(Text(toolchain), List(InlineString(elf, ref at, MaxModules)));
        }
        var fields = new ElfFields(pointerSize == 8, (flags & 1) != 0);
        return pointerSize is not (4 or 8) ? throw Broken($"its pointers have {pointerSize} bytes")
            : new GoBuildInfo(Text(PointedString(elf, fields, fields.Word(header, 16), MaxToolchain)), List(PointedString(elf, fields, fields.Word(header, 16 + pointerSize), MaxModules)));
    }

    private static long? Place(ElfFile elf)
    {
        if (elf.Sections.Count > 0)
        {
            if (elf.Find(".go.buildinfo") is not { } section) return null;
            return Search(elf, section.Offset, Math.Min(section.FileSize, MaxSearch)) ?? throw Broken("its section does not hold it");
        }
        foreach (var segment in elf.Segments)
            if (segment.Type == ElfSegment.Load && segment.IsWritable && Search(elf, segment.Offset, Math.Min(segment.FileSize, MaxSearch)) is { } found) return found;
        return null;
    }

    private static long? Search(ElfFile elf, long offset, long length)
    {
        var buffer = new byte[64 * 1024];
        for (long done = 0; done < length;)
        {
            var piece = buffer.AsSpan(0, elf.ReadSome(offset + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done))));
            for (var from = 0; piece[from..].IndexOf(Magic) is var at and >= 0; from += at + 1)
                if (from + at > 0 && piece[from + at - 1] == 0xFF && (offset + done + from + at - 1) % 16 == 0) return offset + done + from + at - 1;
            if (piece.Length < 16) return null;
            done += piece.Length;
        }
        return null;
    }

    private static byte[] InlineString(ElfFile elf, ref long at, int limit)
    {
        var bytes = new byte[10];
        var got = elf.ReadSome(at, bytes);
        ulong length = 0;
        for (var i = 0; i < got; i++)
        {
            length |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if ((bytes[i] & 0x80) != 0) continue;
            at += i + 1;
            var text = elf.Read(at, (long)Math.Min(length, ElfFields.Most), limit, "Go build information");
            at += text.Length;
            return text;
        }
        throw Broken("a length does not end");
    }

    private static byte[] PointedString(ElfFile elf, ElfFields fields, ulong address, int limit)
    {
        if (address == 0) return [];
        var size = fields.Is64 ? 8 : 4;
        var head = new byte[2 * size];
        if (elf.OffsetOf(address) is var at && (at < 0 || elf.ReadSome(at, head) < head.Length)) throw Broken("a pointer leads out of the file");
        var length = fields.Place(head, size);
        if (length == 0) return [];
        return elf.OffsetOf(fields.Word(head, 0)) is var text and >= 0 ? elf.Read(text, length, limit, "Go build information") : throw Broken("a pointer leads out of the file");
    }

    /// <summary>Without the marks around it.</summary>
    private static string List(ReadOnlySpan<byte> text) =>
        text.Length > 2 * MarkBytes && text[^(MarkBytes + 1)] == '\n' ? Text(text[MarkBytes..^MarkBytes]) : "";

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static UnreadableException Broken(string what) =>
        new(ProblemKind.Malformed, $"expected Go build information, found it broken: {what}; its modules were not read");
}
