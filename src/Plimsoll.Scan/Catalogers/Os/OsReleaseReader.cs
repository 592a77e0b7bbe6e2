using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Reads os-release (os-release(5)): lines of `NAME=value`, values quoted as in a POSIX shell and without expansion,
/// `#` starts a comment line. A last line without a newline counts when a closing quote shows that it is whole.
/// Of two files the one in /etc counts alone.
/// </summary>
internal static class OsReleaseReader
{
    public const string Unit = "os-release";

    /// <summary>Bytes of the file; real ones have some hundred.</summary>
    private const int MaxBytes = 64 * 1024;

    public static FilePattern Files => FilePattern.At("etc/os-release", "usr/lib/os-release");

    /// <returns>Null when the image has no such file.</returns>
    public static OsRelease? Read(ImageFiles files, ProblemLog problems)
    {
        if (!files.TryFind("/etc/os-release", out var file) && !files.TryFind("/usr/lib/os-release", out file)) return null;
        try
        {
            return Parse(file.ReadBytes(MaxBytes).Span, file.At(), problems);
        }
        catch (UnreadableException unreadable)
        {
            problems.Report(unreadable.Kind, file.Path, $"{unreadable.Message}; the system of the image is unknown");
            return null;
        }
    }

    private static OsRelease Parse(ReadOnlySpan<byte> text, Location location, ProblemLog problems)
    {
        string? id = null, like = null, versionId = null, codename = null, pretty = null;
        var number = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].TrimEnd(" \t\r"u8).TrimStart(" \t"u8);
            if (line.IsEmpty || line[0] == '#') continue; // Blank lines and comments say nothing.
            if (range.End.GetOffset(text.Length) == text.Length && line[^1] is not ((byte)'"' or (byte)'\''))
            {
                problems.Report(ProblemKind.Truncated, (location with { Line = number }).ToString(), "expected a newline at the end of the last line, found none; the line was not used");
                break;
            }
            var equals = line.IndexOf((byte)'=');
            if (equals <= 0 || !IsName(line[..equals]) || !TryUnquote(line[(equals + 1)..], out var value))
            {
                problems.Report(ProblemKind.Malformed, (location with { Line = number }).ToString(), "expected `NAME=value` with shell quoting, found something else; the line was not used");
                continue;
            }
            switch (Encoding.ASCII.GetString(line[..equals]))
            {
                case "ID": id = value; break;
                case "ID_LIKE": like = value; break;
                case "VERSION_ID": versionId = value; break;
                case "VERSION_CODENAME": codename = value; break;
                case "PRETTY_NAME": pretty = value; break;
            }
        }
        if (string.IsNullOrEmpty(id))
            problems.Report(ProblemKind.Malformed, location.ToString(), "expected a line `ID=`, found none; the system counts as `linux`, for which no advisories exist");
        return new OsRelease
        {
            Id = string.IsNullOrEmpty(id) ? "linux" : id,
            IdLike = like is null ? [] : [.. like.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            VersionId = NullIfEmpty(versionId),
            VersionCodename = NullIfEmpty(codename),
            PrettyName = NullIfEmpty(pretty),
            Location = location,
        };
    }

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (var b in name)
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '_') return false;
        return !char.IsAsciiDigit((char)name[0]);
    }

    /// <summary>Takes off one level of shell quoting; expansions, several words and control characters are refused.</summary>
    private static bool TryUnquote(ReadOnlySpan<byte> raw, out string value)
    {
        value = "";
        var quote = raw.Length > 0 && raw[0] is (byte)'"' or (byte)'\'' ? raw[0] : (byte)0;
        if (quote != 0)
        {
            if (raw.Length < 2 || raw[^1] != quote) return false;
            raw = raw[1..^1];
        }
        var text = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var b = raw[i];
            if (b < ' ' || b == 0x7F) return false;
            if (quote == '\'')
            {
                if (b == quote) return false;
            }
            else if (b == '\\')
            {
                if (++i == raw.Length) return false;
                b = raw[i];
                if (quote == '"' && b is not ((byte)'"' or (byte)'\\' or (byte)'$' or (byte)'`')) text[length++] = (byte)'\\';
            }
            else if (b is (byte)'$' or (byte)'`' or (byte)'"' || (quote == 0 && " \t'&|;<>()"u8.Contains(b))) return false;
            text[length++] = b;
        }
        value = Encoding.UTF8.GetString(text, 0, length);
        return true;
    }
}
