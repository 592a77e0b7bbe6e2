using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// `name=value; name=value` of a Cookie field (RFC 6265 §4.2, read as §5.4 and as PHP and Node do): split at `;`, blanks around
/// dropped, the first `=` ends the name. Values stay as they are; `%41` in one is a layer that <see cref="NestedEncodings"/> takes off.
/// </summary>
internal static class CookieHeader
{
    private static readonly SearchValues<byte> token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // cookie-octet, without what has a note of its own: `%`.
    private static readonly SearchValues<byte> plainValue = SearchValues.Create("!#$&'()*+-./:<=>?@[]^_`{|}~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    public static void Read(ValueArena arena, NameTable names, ReadOnlySpan<byte> field)
    {
        var cookies = 0;
        if (field.Contains((byte)'\t')) arena.Note(Ambiguity.MalformedCookie, Origin.Cookie, field.IndexOf((byte)'\t'));
        for (var start = 0; start < field.Length;)
        {
            var length = field[start..].IndexOf((byte)';');
            if (length < 0) length = field.Length - start;
            var pair = Text.Trim(field.Slice(start, length));
            if (!pair.IsEmpty)
            {
                if (cookies++ == arena.Limits.Parameters)
                {
                    arena.Note(Ambiguity.TooManyParameters, Origin.Cookie, start);
                    return;
                }
                // A blank before the `;` belongs to the value for PHP.
                if (field[start + length - 1] == ' ') arena.Note(Ambiguity.MalformedCookie, Origin.Cookie, start);
                if (!Read(arena, names, pair, field[start..], start)) return;
            }
            else if (length < field.Length - start) arena.Note(Ambiguity.MalformedCookie, Origin.Cookie, start);
            start += length + 1;
        }
    }

    private static bool Read(ValueArena arena, NameTable names, ReadOnlySpan<byte> pair, ReadOnlySpan<byte> rest, int at)
    {
        var equals = pair.IndexOf((byte)'=');
        var name = equals < 0 ? default : pair[..equals];
        var content = pair[(equals + 1)..];
        var begin = arena.Length;
        if (!arena.Append(name, Origin.Cookie, at) || !arena.Append(content, Origin.Cookie, at)) return false;
        var nameSlice = new Slice(begin, name.Length);
        var contentSlice = new Slice(begin + name.Length, content.Length);
        if (name.IsEmpty) arena.Note(Ambiguity.NamelessCookie, Origin.Cookie, at);
        else CheckName(arena, names, name, nameSlice, at);
        if (content.IsEmpty) arena.Note(Ambiguity.EmptyCookie, Origin.Cookie, at);
        if (content.ContainsAnyExcept(plainValue)) CheckValue(arena, content, contentSlice, rest, at);
        return arena.Add(new(Origin.Cookie, nameSlice, contentSlice), at);
    }

    private static void CheckName(ValueArena arena, NameTable names, ReadOnlySpan<byte> name, Slice slice, int at)
    {
        if (name.ContainsAnyExcept(token)) arena.Note(Ambiguity.MalformedCookie, Origin.Cookie, at);
        if (name[0] == '$' || name.Contains((byte)',')) arena.Note(Ambiguity.ObsoleteCookie, Origin.Cookie, at);
        if (name.Contains((byte)'%') || name.Contains((byte)'+')) arena.Note(Ambiguity.EncodedCookie, Origin.Cookie, at);
        if (IsAttribute(name)) arena.Note(Ambiguity.AttributeCookie, Origin.Cookie, at);
        Parameters.CheckName(arena, names, slice, Origin.Cookie, at);
    }

    private static void CheckValue(ValueArena arena, ReadOnlySpan<byte> content, Slice slice, ReadOnlySpan<byte> rest, int at)
    {
        if (content.Contains((byte)'%')) arena.Note(Ambiguity.EncodedCookie, Origin.Cookie, at);
        if (content.Contains((byte)',')) arena.Note(Ambiguity.CommaInCookie, Origin.Cookie, at);
        if (content.IndexOfAny(" \t\\"u8) >= 0) arena.Note(Ambiguity.MalformedCookie, Origin.Cookie, at);
        if (content.ContainsAnyInRange((byte)1, (byte)0x1F) || content.Contains((byte)0x7F)) arena.Note(Ambiguity.ControlByte, Origin.Cookie, at);
        if (content.Contains((byte)'"'))
        {
            arena.Note(Ambiguity.QuotedCookie, Origin.Cookie, at);
            // An open quote with another one after the `;`: old readers take all between as the value.
            if (content[0] == '"' && (content.Length == 1 || content[^1] != '"') && rest.Count((byte)'"') > content.Count((byte)'"')) arena.Note(Ambiguity.SemicolonInQuotes, Origin.Cookie, at);
        }
        if (content.ContainsAnyInRange((byte)0x80, (byte)0xFF)) arena.Note(Ambiguity.RawNonAscii, Origin.Cookie, at);
        Text.Check(arena, slice, Origin.Cookie, at);
    }

    private static bool IsAttribute(ReadOnlySpan<byte> name) => name.Length is >= 4 and <= 11 &&
        (Text.EqualsIgnoreCase(name, "path"u8) || Text.EqualsIgnoreCase(name, "expires"u8) || Text.EqualsIgnoreCase(name, "domain"u8) || Text.EqualsIgnoreCase(name, "max-age"u8)
        || Text.EqualsIgnoreCase(name, "comment"u8) || Text.EqualsIgnoreCase(name, "version"u8) || Text.EqualsIgnoreCase(name, "secure"u8) || Text.EqualsIgnoreCase(name, "httponly"u8)
        || Text.EqualsIgnoreCase(name, "samesite"u8) || Text.EqualsIgnoreCase(name, "partitioned"u8));
}
