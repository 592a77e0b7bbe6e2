using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// nginx.conf (nginx's beginner's guide, "Configuration File's Structure", and what its reader accepts): a directive is words that
/// end in `;` or open a block with `{`. Words may be quoted as a whole by `"` or `'`; a backslash keeps a quote, a backslash
/// or what nginx unescapes (`\t`, `\r`, `\n`); `${name}` does not open a block; `#` comments out only where a word could begin.
/// Blocks of Lua code (`content_by_lua_block`) are one argument.
/// </summary>
internal sealed class NginxGrammar
{
    private readonly string text;
    private readonly Func<int, int, Origin> origin;
    private readonly StringBuilder word = new();
    private readonly Stack<(Setting Head, ImmutableArray<Setting>.Builder Around)> open = new();
    private ImmutableArray<Setting>.Builder settings = ImmutableArray.CreateBuilder<Setting>();
    private int at;
    private int line = 1;
    private int lineStart;

    private NginxGrammar(string text, Func<int, int, Origin> origin) => (this.text, this.origin) = (text, origin);

    private enum End
    {
        Semicolon,
        Open,
        Close,
        Text,
        Error,
    }

    public static Parsed Parse(string text, Location file) => Parse(text, (line, column) => Origin.At(file with { Line = line }, column));

    /// <param name="origin">Of a line and column.</param>
    public static Parsed Parse(string text, Func<int, int, Origin> origin) => new NginxGrammar(text, origin).Read();

    /// <summary>Behind the `;` of the directive that begins at an offset, or behind the `{` of a block.</summary>
    public static int EndOf(string text, int start)
    {
        var grammar = new NginxGrammar(text, (_, _) => Origin.Image("")) { at = start };
        grammar.Words();
        return grammar.at;
    }

    private Parsed Read()
    {
        while (true)
        {
            var (words, start, column, end, error) = Words();
            switch (end)
            {
                case End.Semicolon:
                    settings.Add(new Setting(words[0], words.RemoveAt(0), origin(start, column)));
                    break;
                case End.Open when words[0].EndsWith("_by_lua_block", StringComparison.Ordinal):
                    if (!TryCode(out var code)) return Stop("the end of a block of code, `}`, is missing");
                    settings.Add(new Setting(words[0], words.RemoveAt(0).Add(code), origin(start, column)));
                    break;
                case End.Open:
                    if (open.Count >= Parsed.MostDepth) return Stop($"blocks are nested deeper than {Parsed.MostDepth}");
                    open.Push((Setting.Block(words[0], words.RemoveAt(0), origin(start, column), []), settings));
                    settings = ImmutableArray.CreateBuilder<Setting>();
                    break;
                case End.Close:
                    if (open.Count == 0) return Stop("a `}` closes no block");
                    Close();
                    break;
                case End.Text:
                    return open.Count == 0 ? new Parsed(settings.ToImmutable(), null) : Stop("the end of the file came before the `}` of a block");
                default:
                    return Stop(error!);
            }
        }
    }

    private void Close()
    {
        var (head, around) = open.Pop();
        around.Add(head with { Children = settings.DrainToImmutable() });
        settings = around;
    }

    private Parsed Stop(string message)
    {
        var error = new GrammarError(line, Math.Max(1, at - lineStart), message);
        settings.Add(Setting.Gap("", [], origin(error.Line, error.Column), "what follows an error of the file"));
        while (open.Count > 0) Close();
        return new Parsed(settings.ToImmutable(), error);
    }

    private (ImmutableArray<string> Words, int Line, int Column, End End, string? Error) Words()
    {
        var words = ImmutableArray.CreateBuilder<string>(4);
        var (start, column) = (line, 0);
        while (true)
        {
            SkipBlanks();
            if (at >= text.Length) return (words.ToImmutable(), start, column, words.Count == 0 ? End.Text : End.Error, "the end of the file came before the `;` of a directive");
            if (words.Count == 0) (start, column) = (line, at - lineStart + 1);
            var c = text[at];
            if (c is ';' or '{')
            {
                at++;
                if (words.Count == 0) return ([], start, column, End.Error, $"a `{c}` without a directive before it");
                return (words.ToImmutable(), start, column, c == ';' ? End.Semicolon : End.Open, null);
            }
            if (c == '}')
            {
                at++;
                return words.Count == 0 ? ([], start, column, End.Close, null) : ([], start, column, End.Error, "a `}` where the `;` of a directive was expected");
            }
            if (c is '"' or '\'')
            {
                if (!TryQuoted(c)) return ([], start, column, End.Error, $"a text that begins with {c} has no end");
                words.Add(word.ToString());
                if (at < text.Length && text[at] is not (' ' or '\t' or '\r' or '\n' or ';' or '{' or ')')) return ([], start, column, End.Error, $"a `{text[at]}` directly after a quoted text");
                continue;
            }
            Bare();
            words.Add(word.ToString());
        }
    }

    private void SkipBlanks()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\n') NextLine();
            else if (c == '#')
                while (at < text.Length && text[at] != '\n') at++;
            else if (c is ' ' or '\t' or '\r') at++;
            else return;
        }
    }

    private void NextLine()
    {
        at++;
        line++;
        lineStart = at;
    }

    private void Bare()
    {
        word.Clear();
        var variable = false;
        while (at < text.Length)
        {
            var c = text[at];
            if (c is ' ' or '\t' or '\r' or '\n' or ';' || (c == '{' && !variable)) return;
            variable = c == '$';
            Take();
        }
    }

    private bool TryQuoted(char quote)
    {
        word.Clear();
        at++;
        while (at < text.Length)
        {
            if (text[at] == quote)
            {
                at++;
                return true;
            }
            Take();
        }
        return false;
    }

    /// <summary>One character, or a backslash with what it keeps.</summary>
    private void Take()
    {
        var c = text[at];
        if (c == '\\' && at + 1 < text.Length)
        {
            var next = text[at + 1];
            _ = next switch
            {
                '"' or '\'' or '\\' => word.Append(next),
                't' => word.Append('\t'),
                'r' => word.Append('\r'),
                'n' => word.Append('\n'),
                _ => word.Append(c).Append(next),
            };
            at++;
            c = next;
        }
        else word.Append(c);
        if (c == '\n') NextLine();
        else at++;
    }

    /// <summary>Lua up to the `}` that closes the block; braces in its strings and comments do not count.</summary>
    private bool TryCode(out string code)
    {
        var start = at;
        var depth = 1;
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\n')
            {
                NextLine();
                continue;
            }
            if (c is '"' or '\'') SkipLuaText(c);
            else if (c == '-' && text.AsSpan(at).StartsWith("--"))
                while (at + 1 < text.Length && text[at + 1] != '\n') at++;
            else if (c == '{') depth++;
            else if (c == '}' && --depth == 0)
            {
                code = text[start..at];
                at++;
                return true;
            }
            at++;
        }
        code = "";
        return false;
    }

    private void SkipLuaText(char quote)
    {
        while (at + 1 < text.Length && text[at + 1] != quote && text[at + 1] != '\n') at += text[at + 1] == '\\' && at + 2 < text.Length ? 2 : 1;
        if (at + 1 < text.Length && text[at + 1] == quote) at++;
    }
}
