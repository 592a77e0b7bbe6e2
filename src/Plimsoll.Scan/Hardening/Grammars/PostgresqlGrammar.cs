using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// postgresql.conf (PostgreSQL's documentation, "Setting Parameters"): `name = value` a line, the `=` optional, `#` for comments. A value is a
/// number with a unit directly behind it, a word of letters, digits and `-._:/` that begins with a letter, or text in `'`, where `''` and `\'` are a quote
/// and `\n`, `\t`, `\b`, `\f`, `\r` and up to three octal digits are escapes. A name may have one dot. Names come in small letters.
/// </summary>
internal static class PostgresqlGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var at = 0;
            SkipBlanks(line, ref at);
            if (at >= line.Length || line[at] == '#') continue; // An empty line, or a comment.
            var column = at + 1;
            if (Read(line, ref at, out var name, out var value) is { } wrong)
            {
                var error = new GrammarError(number, Math.Min(at, line.Length) + 1, wrong);
                settings.Add(Setting.Gap("", [], Origin.At(file with { Line = number }, column), "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), error);
            }
            settings.Add(new Setting(name, [value], Origin.At(file with { Line = number }, column)));
        }
        return new Parsed(settings.ToImmutable(), null);
    }

    /// <returns>What is wrong, a clause; null for nothing.</returns>
    private static string? Read(string line, ref int at, out string name, out string value)
    {
        (name, value) = ("", "");
        var start = at;
        while (at < line.Length && (IsLetter(line[at]) || (at > start && (char.IsAsciiDigit(line[at]) || line[at] == '.')))) at++;
        name = line[start..at].ToLowerInvariant();
        if (name.Length == 0 || name.EndsWith('.') || name.Count(c => c == '.') > 1) return $"expected the name of a parameter, found `{Piece(line, start)}`";
        SkipBlanks(line, ref at);
        if (at < line.Length && line[at] == '=')
        {
            at++;
            SkipBlanks(line, ref at);
        }
        start = at;
        if (!TryValue(line, ref at, out value)) return start >= line.Length || line[start] == '#' ? $"the value of {name} is missing" : $"`{Piece(line, start)}` is no value: text of other characters stands in single quotes";
        SkipBlanks(line, ref at);
        return at < line.Length && line[at] != '#' ? $"expected the end of the line after the value of {name}, found `{Piece(line, at)}`" : null;
    }

    private static bool TryValue(string line, ref int at, out string value)
    {
        value = "";
        if (at >= line.Length) return false;
        if (line[at] == '\'') return TryQuoted(line, ref at, out value);
        var start = at;
        if (IsLetter(line[at]))
            while (at < line.Length && (IsLetter(line[at]) || char.IsAsciiDigit(line[at]) || line[at] is '-' or '.' or ':' or '/')) at++;
        else if (!TryNumber(line, ref at)) return false;
        value = line[start..at];
        return true;
    }

    /// <summary>A whole number, decimal or `0x`, with a unit directly behind it, or a fraction, which has none.</summary>
    private static bool TryNumber(string line, ref int at)
    {
        var start = at;
        if (line[at] is '-' or '+') at++;
        var digits = at;
        if (at + 2 < line.Length && line[at] == '0' && line[at + 1] == 'x' && char.IsAsciiHexDigit(line[at + 2]))
        {
            at += 2;
            while (at < line.Length && char.IsAsciiHexDigit(line[at])) at++;
        }
        else
            while (at < line.Length && char.IsAsciiDigit(line[at])) at++;
        if (at < line.Length && line[at] == '.')
        {
            at++;
            while (at < line.Length && char.IsAsciiDigit(line[at])) at++;
            var exponent = at;
            if (at < line.Length && line[at] is 'e' or 'E')
            {
                at++;
                if (at < line.Length && line[at] is '-' or '+') at++;
                var power = at;
                while (at < line.Length && char.IsAsciiDigit(line[at])) at++;
                if (at == power) at = exponent;
            }
            return true;
        }
        if (at == digits)
        {
            at = start;
            return false;
        }
        while (at < line.Length && char.IsAsciiLetter(line[at])) at++;
        return true;
    }

    private static bool TryQuoted(string line, ref int at, out string value)
    {
        var text = new StringBuilder();
        value = "";
        for (at++; at < line.Length; at++)
        {
            var c = line[at];
            if (c == '\'')
            {
                if (at + 1 < line.Length && line[at + 1] == '\'') at++;
                else
                {
                    at++;
                    value = text.ToString();
                    return true;
                }
                text.Append('\'');
            }
            else if (c == '\\' && at + 1 < line.Length) text.Append(Escaped(line, ref at));
            else text.Append(c);
        }
        return false;
    }

    private static char Escaped(string line, ref int at)
    {
        at++;
        if (line[at] is >= '0' and <= '7')
        {
            var code = 0;
            for (var digits = 0; digits < 3 && at < line.Length && line[at] is >= '0' and <= '7'; digits++) code = (code * 8) + (line[at++] - '0');
            at--;
            return (char)(code & 0xFF);
        }
        return line[at] switch
        {
            'n' => '\n',
            't' => '\t',
            'b' => '\b',
            'f' => '\f',
            'r' => '\r',
            var other => other,
        };
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_' || c > '\x7F';

    private static void SkipBlanks(string line, ref int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t' or '\r') at++;
    }

    private static string Piece(string line, int from) => line[from..Math.Min(line.Length, from + 40)].TrimEnd();
}
