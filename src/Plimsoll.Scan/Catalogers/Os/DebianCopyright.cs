using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Licence names in a Debian copyright file. Machine-readable ones (copyright-format 1.0, known as DEP-5) start with
/// a `Format` field and name a licence in the first line of each `License` field; in free text only references to
/// /usr/share/common-licenses are certain. No order of lines is wrong here, so nothing is malformed.
/// </summary>
internal static class DebianCopyright
{
    /// <summary>Characters of a name. Longer first lines are prose, which names nothing.</summary>
    private const int MaxName = 200;

    private static ReadOnlySpan<byte> Common => "/usr/share/common-licenses/"u8;

    public static ImmutableArray<string> Licenses(ReadOnlySpan<byte> text)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (IsMachineReadable(text)) AddFields(text, names);
        if (names.Count == 0) AddReferences(text, names);
        return [.. names];
    }

    private static bool IsMachineReadable(ReadOnlySpan<byte> text)
    {
        text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        text = text.TrimStart(" \t\r\n"u8);
        var header = text.IndexOf("\n\n"u8) is var end && end < 0 ? text : text[..end];
        foreach (var range in header.Split((byte)'\n'))
        {
            var line = header[range];
            if (line.Length > 7 && Ascii.EqualsIgnoreCase(line[..7], "Format:"u8)) return true;
            if (line.Length > 21 && Ascii.EqualsIgnoreCase(line[..21], "Format-Specification:"u8)) return true;
        }
        return false;
    }

    private static void AddFields(ReadOnlySpan<byte> text, SortedSet<string> names)
    {
        var field = "\nLicense:"u8;
        for (var at = text.IndexOf(field); at >= 0; at = text.IndexOf(field))
        {
            text = text[(at + field.Length)..];
            var line = text.IndexOf((byte)'\n') is var end && end < 0 ? text : text[..end];
            line = line.Trim(" \t\r"u8);
            // A field may leave its first line empty: then it has no name, only text.
            if (line.Length is > 0 and <= MaxName) names.Add(Encoding.UTF8.GetString(line));
        }
    }

    private static void AddReferences(ReadOnlySpan<byte> text, SortedSet<string> names)
    {
        for (var at = text.IndexOf(Common); at >= 0; at = text.IndexOf(Common))
        {
            text = text[(at + Common.Length)..];
            var length = 0;
            while (length < text.Length && length < MaxName && IsNameByte(text[length])) length++;
            var name = text[..length].TrimEnd(".-"u8);
            if (!name.IsEmpty) names.Add(Encoding.ASCII.GetString(name));
        }
    }

    private static bool IsNameByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'+';
}
