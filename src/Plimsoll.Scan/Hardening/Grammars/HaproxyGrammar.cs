using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// Lines of haproxy.cfg (its Configuration Manual, 2.1 to 2.3): words between blanks, `#` comments out the rest. A backslash keeps what follows, or stands for
/// `\n`, `\r`, `\t`, `\xHH`; inside `"` variables are put in: `$NAME`, `${NAME}`, `${NAME-otherwise}`, `${NAME[*]}` as words of its own;
/// inside `'` nothing is special. A line has its variables put in while it is cut, so this is done line by line.
/// </summary>
internal sealed class HaproxyGrammar
{
    /// <summary>Characters of one line with its variables: haproxy's own bound is 2,048 by default.</summary>
    private const int MostText = 64 << 10;

    private readonly string line;
    private readonly Func<string, string?> variable;
    private readonly ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>(4);
    private readonly StringBuilder word = new();
    private int at;
    private int length;
    private bool hasWord;

    private HaproxyGrammar(string line, Func<string, string?> variable) => (this.line, this.variable) = (line, variable);

    /// <param name="variable">The value of a variable; null where it is not set.</param>
    /// <param name="error">A clause where haproxy would refuse the line; else null.</param>
    public static ImmutableArray<string> Words(string line, Func<string, string?> variable, out string? error) => new HaproxyGrammar(line, variable).Read(out error);

    private ImmutableArray<string> Read(out string? error)
    {
        error = null;
        char? quote = null;
        while (at < line.Length && length < MostText)
        {
            var c = line[at];
            if (quote is null && (c is ' ' or '\t' or '\r')) End();
            else if (quote is null && c == '#') break;
            else if (quote is null && (c is '"' or '\''))
            {
                quote = c;
                hasWord = true;
            }
            else if (c == quote) quote = null;
            else if (c == '\\' && quote != '\'')
            {
                Escaped(quote == '"');
                continue; // It has gone on by itself.
            }
            else if (c == '$' && quote == '"')
            {
                if (!TryVariable(out error)) return words.ToImmutable();
                continue; // It has gone on by itself.
            }
            else Add(c);
            at++;
        }
        if (quote is not null) error = $"a text that begins with {quote} has no end";
        else if (length >= MostText) error = $"the line has more than {MostText.ToString("N0", CultureInfo.InvariantCulture)} characters with its variables";
        End();
        return words.ToImmutable();
    }

    private void Add(char c)
    {
        word.Append(c);
        length++;
        hasWord = true;
    }

    private void End()
    {
        if (hasWord) words.Add(word.ToString());
        word.Clear();
        hasWord = false;
    }

    /// <param name="isWeak">Between double quotes, where a `$` would be a variable.</param>
    private void Escaped(bool isWeak)
    {
        var next = at + 1 < line.Length ? line[at + 1] : '\0';
        if (next == 'x' && at + 3 < line.Length && char.IsAsciiHexDigit(line[at + 2]) && char.IsAsciiHexDigit(line[at + 3]))
        {
            Add((char)Convert.ToInt32(line.Substring(at + 2, 2), 16));
            at += 4;
            return;
        }
        if (next is ' ' or '\\' or '#' or '\'' or '"' || (next == '$' && isWeak)) Add(next);
        else if (next is 'n' or 'r' or 't') Add(next == 'n' ? '\n' : next == 'r' ? '\r' : '\t');
        else
        {
            Add('\\');
            at++;
            return;
        }
        at += 2;
    }

    private bool TryVariable(out string? error)
    {
        error = null;
        var start = at++;
        var braces = at < line.Length && line[at] == '{';
        if (braces) at++;
        var from = at;
        if (at < line.Length && line[at] == '.') at++;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] == '_')) at++;
        var name = line[from..at];
        if (name.Length == 0)
        {
            if (braces)
            {
                error = "a `${` without the name of a variable";
                return false;
            }
            Add('$');
            return true;
        }
        var asWords = braces && line.AsSpan(at).StartsWith("[*]");
        if (asWords) at += 3;
        string? otherwise = null;
        if (braces && at < line.Length && line[at] == '-')
        {
            var end = line.IndexOf('}', at);
            otherwise = line[(at + 1)..(end < 0 ? line.Length : end)];
            at = end < 0 ? line.Length : end;
        }
        if (braces && (at >= line.Length || line[at] != '}'))
        {
            error = $"`{line[start..at]}` has no `}}`";
            return false;
        }
        if (braces) at++;
        foreach (var c in variable(name) ?? otherwise ?? "")
            if (asWords && (c is ' ' or '\t')) End();
            else if (length < MostText) Add(c);
        return true;
    }
}
