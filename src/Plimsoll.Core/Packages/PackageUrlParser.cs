using System.Globalization;
using System.Text;

namespace Plimsoll.Core.Packages;

/// <summary>
/// Reads a package URL (ECMA-427, "How to parse"): `pkg:type/namespace/name@version?qualifiers#subpath`,
/// percent-encoded. What comes out is written in its one canonical way, whichever way it came in.
/// </summary>
public static class PackageUrlParser
{
    /// <summary>False for text that is no package URL: without scheme, type or name, or with a broken percent-encoding.</summary>
    public static bool TryParse(string text, out PackageUrl purl)
    {
        purl = new PackageUrl("", null, "", null);
        if (!text.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase)) return false;
        var rest = text.AsSpan(4);
        if (!TryCut(ref rest, rest.LastIndexOf('#'), out var subpath)) return false;
        var question = rest.LastIndexOf('?');
        var qualifiers = question < 0 ? "" : rest[(question + 1)..].ToString();
        if (question >= 0) rest = rest[..question];
        rest = rest.Trim('/');
        var slash = rest.IndexOf('/');
        if (slash <= 0 || !IsType(rest[..slash])) return false;
        var type = rest[..slash].ToString().ToLowerInvariant();
        rest = rest[(slash + 1)..].TrimStart('/');
        // An `@` before the last slash belongs to a scope that somebody did not encode.
        var at = rest.LastIndexOf('@');
        if (!TryCut(ref rest, at > rest.LastIndexOf('/') && at > 0 ? at : -1, out var version)) return false;
        var last = rest.LastIndexOf('/');
        if (!TryDecode(rest[(last + 1)..], out var name) || name.Length == 0) return false;
        if (!TryDecode(rest[..Math.Max(last, 0)], out var space)) return false;
        purl = new PackageUrl(type, space.Length > 0 ? space : null, name, version) { Subpath = subpath };
        foreach (var pair in qualifiers.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !TryDecode(pair.AsSpan(equals + 1), out var value)) return false;
            purl = purl.With(pair[..equals].ToLowerInvariant(), value);
        }
        return true;
    }

    /// <summary>Takes off what follows a separator, if it is there.</summary>
    private static bool TryCut(ref ReadOnlySpan<char> rest, int at, out string? part)
    {
        part = null;
        if (at < 0) return true;
        if (!TryDecode(rest[(at + 1)..], out var decoded)) return false;
        rest = rest[..at];
        if (decoded.Length > 0) part = decoded;
        return true;
    }

    private static bool IsType(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '+')) return false;
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = text.ToString();
        if (!text.Contains('%')) return true;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            if (text[0] == '%')
            {
                if (text.Length < 3 || !byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length])) return false;
                length++;
                text = text[3..];
                continue;
            }
            var plain = text.IndexOf('%') is >= 0 and var next ? next : text.Length;
            length += Encoding.UTF8.GetBytes(text[..plain], bytes.AsSpan(length));
            text = text[plain..];
        }
        if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length))) return false;
        decoded = Encoding.UTF8.GetString(bytes, 0, length);
        return true;
    }
}
