using System.Text;

namespace Plimsoll.Guard.Answers;

/// <summary>Types of content, `text/html` or all of a kind as `image/*` (RFC 9110, section 8.3.1).</summary>
internal sealed class TypeSet(IEnumerable<string> types)
{
    private readonly (byte[] Type, bool IsWhole)[] all = [.. types.Select(type => type.EndsWith("/*", StringComparison.Ordinal) ? (Encoding.ASCII.GetBytes(type[..^1]), false) : (Encoding.ASCII.GetBytes(type), true))];

    /// <summary>`type/subtype` or `type/*`, in lower case.</summary>
    public static bool IsType(string? text) => text?.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype] && IsToken(type) && (subtype == "*" || IsToken(subtype));

    /// <summary>The value of a Content-Type field without its parameters.</summary>
    public static ReadOnlySpan<byte> Named(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)';');
        return (end < 0 ? value : value[..end]).TrimEnd(" \t"u8);
    }

    /// <param name="value">Of a Content-Type field.</param>
    public bool Contains(ReadOnlySpan<byte> value)
    {
        var type = Named(value);
        foreach (var (known, isWhole) in all)
            if (type.Length >= known.Length && (!isWhole || type.Length == known.Length) && Ascii.EqualsIgnoreCase(type[..known.Length], known)) return true;
        return false;
    }

    private static bool IsToken(string text) => text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.' or '+' or '_');
}
