using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// httpd.conf ("Configuration Files" of the HTTP server's manual): one directive a line, `\` at its end goes on with the next one, also in a
/// comment; `#` comments out only at the start of a line. `&lt;Name arguments&gt;` opens a section, `&lt;/Name&gt;` closes it, each on a line of its own.
/// A setting has what follows its name as one argument: the server puts in variables before it splits it (<see cref="Words"/>).
/// </summary>
internal static class HttpdGrammar
{
    public static Parsed Parse(string text, Location file) => Parse(text, (line, column) => Origin.At(file with { Line = line }, column));

    /// <param name="origin">Of a line and column.</param>
    public static Parsed Parse(string text, Func<int, int, Origin> origin)
    {
        var open = new Stack<(Setting Head, ImmutableArray<Setting>.Builder Around)>();
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var (number, column) = (0, 1);
        foreach (var (start, line) in Lines(text))
        {
            (number, column) = (start, Math.Max(1, line.Length - line.TrimStart().Length + 1));
            var body = line.Trim();
            if (body.Length == 0 || body[0] == '#') continue; // Nothing is said.
            var at = 0;
            var name = Word(body, ref at);
            var rest = body[at..].Trim();
            if (name.StartsWith("</", StringComparison.Ordinal))
            {
                if (!name.EndsWith('>')) return Stop($"`{name}` has no `>`");
                if (open.Count == 0 || !open.Peek().Head.Key.Equals(name[2..^1], StringComparison.OrdinalIgnoreCase)) return Stop(open.Count == 0 ? $"{name} closes no section" : $"{name} stands where </{open.Peek().Head.Key}> was expected");
                Close();
            }
            else if (name.StartsWith('<'))
            {
                var isAlone = name.EndsWith('>');
                var head = isAlone ? name[1..^1] : name[1..];
                var end = isAlone ? 0 : rest.LastIndexOf('>');
                if (end < 0 || head.Length == 0) return Stop($"`{name}` has no `>`");
                if (open.Count >= Parsed.MostDepth) return Stop($"sections are nested deeper than {Parsed.MostDepth}");
                var arguments = rest[..end].Trim();
                open.Push((Setting.Block(head, arguments.Length == 0 ? [] : [arguments], origin(number, column), []), settings));
                settings = ImmutableArray.CreateBuilder<Setting>();
            }
            else settings.Add(new Setting(name, rest.Length == 0 ? [] : [rest], origin(number, column)));
        }
        return open.Count == 0 ? new Parsed(settings.ToImmutable(), null) : Stop($"<{open.Peek().Head.Key}> is not closed");

        Parsed Stop(string message)
        {
            settings.Add(Setting.Gap("", [], origin(number, column), "what follows an error of the file"));
            while (open.Count > 0) Close();
            return new Parsed(settings.ToImmutable(), new GrammarError(number, column, message));
        }

        void Close()
        {
            var (head, around) = open.Pop();
            around.Add(head with { Children = settings.DrainToImmutable() });
            settings = around;
        }
    }

    /// <summary>What a directive is given: words between blanks, or between `"` or `'`, in which a backslash keeps the quote and itself.</summary>
    public static ImmutableArray<string> Words(string text)
    {
        var words = ImmutableArray.CreateBuilder<string>(2);
        for (var at = 0; ;)
        {
            while (at < text.Length && IsBlank(text[at])) at++;
            if (at >= text.Length) return words.ToImmutable();
            words.Add(Word(text, ref at));
        }
    }

    /// <summary>A quote without an end reaches to the end of the line, as the server takes it.</summary>
    private static string Word(string text, ref int at)
    {
        var start = at;
        if (text[at] is not ('"' or '\''))
        {
            while (at < text.Length && !IsBlank(text[at])) at++;
            return text[start..at];
        }
        var quote = text[at++];
        var word = new StringBuilder();
        for (; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && (text[at + 1] == '\\' || text[at + 1] == quote)) at++;
            word.Append(text[at]);
        }
        if (at < text.Length) at++;
        return word.ToString();
    }

    private static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r');

    /// <summary>Lines with those that they go on with; the number is that of the first.</summary>
    private static IEnumerable<(int Number, string Text)> Lines(string text)
    {
        var (number, at) = (1, 0);
        var joined = new StringBuilder();
        while (at < text.Length)
        {
            joined.Clear();
            var first = number;
            for (var more = true; more && at < text.Length; number++)
            {
                var end = text.IndexOf('\n', at);
                var line = text.AsSpan(at, (end < 0 ? text.Length : end) - at);
                if (line.EndsWith("\r")) line = line[..^1];
                more = end >= 0 && line.EndsWith("\\");
                joined.Append(more ? line[..^1] : line);
                at = end < 0 ? text.Length : end + 1;
            }
            yield return (first, joined.ToString());
        }
    }
}
