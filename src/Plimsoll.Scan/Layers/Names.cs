using System.Buffers;

namespace Plimsoll.Scan.Layers;

/// <summary>What names and first bytes say about a file.</summary>
internal static class Names
{
    private static readonly SearchValues<byte> VersionBytes = SearchValues.Create("0123456789."u8);

    /// <summary>`libc.so`, `libc.so.6`, `libz.so.1.2.13`.</summary>
    public static bool IsSharedLibrary(ReadOnlySpan<byte> name)
    {
        var at = name.LastIndexOf(".so"u8);
        return at > 0 && !name[(at + 3)..].ContainsAnyExcept(VersionBytes);
    }

    public static Magic MagicOf(ReadOnlySpan<byte> start) =>
        start.StartsWith("\u007fELF"u8) ? Magic.Elf : start.StartsWith("#!"u8) ? Magic.Shebang : Magic.Other;
}
