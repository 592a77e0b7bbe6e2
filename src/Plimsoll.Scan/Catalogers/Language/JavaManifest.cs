using System.Text;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// The main section of META-INF/MANIFEST.MF (JAR File Specification, "JAR Manifest"): lines `Name: value` up to the
/// first empty line, ended by CR LF, LF or CR, a value going on in lines that start with one space. The last line may
/// lack its end: the archive's checksum tells whether it was cut.
/// </summary>
internal sealed class JavaManifest
{
    private readonly Dictionary<string, string> attributes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The first line that is no attribute, from 1; null when all are.</summary>
    public int? BrokenLine { get; private set; }

    /// <summary>The value without blanks at its ends; null when it is missing or empty.</summary>
    public string? this[string name] => attributes.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public static JavaManifest Parse(ReadOnlySpan<byte> text)
    {
        var manifest = new JavaManifest();
        string? name = null;
        var value = new List<byte>();
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOfAny((byte)'\r', (byte)'\n') is var found && found < 0 ? text.Length : found;
            if (end == 0) break;
            var line = text[..end];
            text = text[Math.Min(text.Length, text[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
            if (line[0] == ' ' && name is not null)
            {
                value.AddRange(line[1..]);
                continue;
            }
            manifest.Set(name, value);
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && IsName(line[..colon])) name = Encoding.ASCII.GetString(line[..colon]);
            else (name, manifest.BrokenLine) = (null, manifest.BrokenLine ?? number);
            value = [.. line[(colon + 1)..]];
        }
        manifest.Set(name, value);
        return manifest;
    }

    private void Set(string? name, List<byte> value)
    {
        // Of a repeated attribute the last one counts, as in java.util.jar.
        if (name is not null) attributes[name] = Encoding.UTF8.GetString(value.ToArray()).Trim();
    }

    private static bool IsName(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_')) return false;
        return true;
    }
}
