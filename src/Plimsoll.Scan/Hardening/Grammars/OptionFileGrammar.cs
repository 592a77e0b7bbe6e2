using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// Option files of MariaDB and MySQL (MySQL's manual, "Using Option Files"): `[group]`, then an option a line, `name` or `name = value`; `#` and `;` begin
/// a comment at the start of a line, `#` also behind a value. A value may stand in quotes; `\n`, `\t`, `\r`, `\b`, `\s`, `\"`, `\'` and `\\`
/// are escapes. `!include FILE` and `!includedir FOLDER` may stand anywhere. Names keep their dashes and underscores.
/// </summary>
internal static class OptionFileGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var options = ImmutableArray.CreateBuilder<Setting>();
        Setting? group = null;
        var isAdded = false;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim(' ', '\t', '\r', '\f', '\v');
            if (line.Length == 0 || line[0] is '#' or ';') continue; // An empty line, or a comment.
            var column = raw.IndexOf(line, StringComparison.Ordinal) + 1;
            var origin = Origin.At(file with { Line = number }, column);
            if (line[0] == '!')
            {
                Close();
                var word = line.StartsWith("!includedir", StringComparison.Ordinal) ? "!includedir" : "!include";
                if (!line.StartsWith(word, StringComparison.Ordinal)) return Stop($"`{Piece(line)}` is neither !include nor !includedir");
                if (line[word.Length..].Trim() is not { Length: > 0 } path) return Stop($"{word} names nothing");
                settings.Add(new Setting(word, [path], origin));
            }
            else if (line[0] == '[')
            {
                Close();
                var end = line.IndexOf(']', StringComparison.Ordinal);
                if (end < 0) return Stop($"the `]` of the group `{Piece(line)}` is missing");
                group = Setting.Block(line[1..end].Trim(), [], origin, []);
                isAdded = false;
            }
            else if (group is null) return Stop($"the option `{Piece(line)}` stands before any group");
            else options.Add(Option(line, origin));

            Parsed Stop(string message)
            {
                Close();
                settings.Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), new GrammarError(number, column, message));
            }
        }
        Close();
        return new Parsed(settings.ToImmutable(), null);

        // An include in the middle of a group parts it; what follows belongs to it again.
        void Close()
        {
            if (group is null || (options.Count == 0 && isAdded)) return;
            settings.Add(group with { Children = options.DrainToImmutable() });
            isAdded = true;
        }
    }

    private static Setting Option(string line, Origin origin)
    {
        line = WithoutComment(line);
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return new Setting(line.TrimEnd(), [], origin);
        var value = line[(equals + 1)..].Trim();
        if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]) value = value[1..^1];
        return new Setting(line[..equals].TrimEnd(), [Unescaped(value)], origin);
    }

    private static string WithoutComment(string line)
    {
        var (quote, escaped) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is '"' or '\'' && !escaped) quote = quote == '\0' ? c : quote == c ? '\0' : quote;
            else if (c == '#' && quote == '\0') return line[..i];
            escaped = quote != '\0' && c == '\\' && !escaped;
        }
        return line;
    }

    private static string Unescaped(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue; // A plain character.
            }
            var next = value[++i];
            _ = next switch
            {
                'n' => text.Append('\n'),
                't' => text.Append('\t'),
                'r' => text.Append('\r'),
                'b' => text.Append('\b'),
                's' => text.Append(' '),
                '"' or '\'' or '\\' => text.Append(next),
                _ => text.Append('\\').Append(next),
            };
        }
        return text.ToString();
    }

    private static string Piece(string line) => line[..Math.Min(line.Length, 40)];
}
