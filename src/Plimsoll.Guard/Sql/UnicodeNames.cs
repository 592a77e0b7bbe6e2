using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Sql;

/// <summary>Identifiers as the server reads them: quotes, doubled quotes and Unicode escapes away (PostgreSQL's manual, 4.1.1).</summary>
internal static class UnicodeNames
{
    /// <summary>`"a""b"` as `a"b`.</summary>
    public static byte[] Quoted(ReadOnlySpan<byte> token)
    {
        var name = new List<byte>(token.Length);
        for (var i = 1; i < token.Length - 1; i++)
        {
            name.Add(token[i]);
            if (token[i] == '"') i++;
        }
        return [.. name];
    }

    /// <summary>
    /// The name of `U&amp;"…"`, at which the lexer stands; goes past UESCAPE and its string when they follow. Null when an escape is
    /// wrong, which is an error for the server too.
    /// </summary>
    public static byte[]? Unicode(ref PgLexer lexer)
    {
        var quoted = Quoted(lexer.Token[2..]);
        var escape = (byte)'\\';
        var ahead = lexer;
        if (ahead.Next() && ahead.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(ahead.Token, "uescape"u8) && ahead.Next())
        {
            if (ahead.Kind != TokenKind.String || ahead.Token is not [(byte)'\'', var given, (byte)'\'']) return null;
            escape = given;
            lexer = ahead;
        }
        return Decode(quoted, escape);
    }

    private static byte[]? Decode(ReadOnlySpan<byte> quoted, byte escape)
    {
        var name = new List<byte>(quoted.Length);
        Span<byte> encoded = stackalloc byte[4];
        var high = 0;
        for (var i = 0; i < quoted.Length;)
        {
            if (quoted[i] != escape)
            {
                if (high != 0) return null;
                name.Add(quoted[i++]);
                continue;
            }
            if (i + 1 < quoted.Length && quoted[i + 1] == escape)
            {
                if (high != 0) return null;
                name.Add(escape);
                i += 2;
                continue;
            }
            var digits = i + 1 < quoted.Length && quoted[i + 1] == '+' ? quoted[Math.Min(i + 2, quoted.Length)..] : quoted[(i + 1)..];
            var count = i + 1 < quoted.Length && quoted[i + 1] == '+' ? 6 : 4;
            if (digits.Length < count || !int.TryParse(digits[..count], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return null;
            i += 1 + count + (count == 6 ? 1 : 0);
            if (high != 0)
            {
                if (code is < 0xDC00 or > 0xDFFF) return null;
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00);
                high = 0;
            }
            else if (code is >= 0xD800 and <= 0xDBFF)
            {
                high = code;
                continue;
            }
            if (code == 0 || !Rune.TryCreate(code, out var rune)) return null;
            name.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
        }
        return high == 0 ? [.. name] : null;
    }
}
