using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// redis.conf and ACL files: one directive a line, words separated by blanks, `#` at its start for comments. A word in `"` knows `\n`, `\r`, `\t`,
/// `\a`, `\b`, `\xHH` and any other character after a backslash as itself; one in `'` only `\'`. A quote ends a word.
/// </summary>
internal static class RedisGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim(' ', '\t', '\r');
            if (line.Length == 0 || line[0] == '#') continue;
            var column = raw.IndexOf(line, StringComparison.Ordinal) + 1;
            if (Words(line) is not { IsEmpty: false } words)
            {
                var error = new GrammarError(number, column, "quotes do not balance");
                settings.Add(Setting.Gap("", [], Origin.At(file with { Line = number }, column), "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), error);
            }
            settings.Add(new Setting(words[0].ToLowerInvariant(), words.RemoveAt(0), Origin.At(file with { Line = number }, column)));
        }
        return new Parsed(settings.ToImmutable(), null);
    }

    /// <returns>Null when quotes do not balance.</returns>
    public static ImmutableArray<string>? Words(string line)
    {
        var words = ImmutableArray.CreateBuilder<string>(4);
        var word = new StringBuilder();
        for (var at = 0; at < line.Length;)
        {
            if (line[at] is ' ' or '\t' or '\r' or '\n' or '\v' or '\f')
            {
                at++;
                continue; // Between words.
            }
            word.Clear();
            while (at < line.Length && line[at] is not (' ' or '\t' or '\r' or '\n' or '\v' or '\f'))
                if (line[at] is '"' or '\'')
                {
                    if (!TryQuoted(line, ref at, word)) return null;
                    break;
                }
                else word.Append(line[at++]);
            words.Add(word.ToString());
        }
        return words.ToImmutable();
    }

    private static bool TryQuoted(string line, ref int at, StringBuilder word)
    {
        var quote = line[at++];
        while (at < line.Length)
        {
            var c = line[at];
            if (c == quote)
            {
                at++;
                return at == line.Length || char.IsWhiteSpace(line[at]);
            }
            if (c == '\\' && at + 1 < line.Length && (quote == '"' || line[at + 1] == '\''))
            {
                if (line[at + 1] == 'x' && at + 3 < line.Length && char.IsAsciiHexDigit(line[at + 2]) && char.IsAsciiHexDigit(line[at + 3]))
                {
                    word.Append((char)Convert.ToInt32(line.Substring(at + 2, 2), 16));
                    at += 4;
                    continue; // Four characters for one.
                }
                word.Append(line[at + 1] switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'a' => '\a',
                    'b' => '\b',
                    var other => other,
                });
                at += 2;
            }
            else
            {
                word.Append(c);
                at++;
            }
        }
        return false;
    }
}
