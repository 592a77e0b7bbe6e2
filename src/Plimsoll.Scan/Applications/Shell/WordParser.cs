using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>Words: quoting (POSIX 2.2), expansions (2.6) and redirections (2.7).</summary>
internal sealed partial class ShellParser
{
    private static readonly SearchValues<char> NameEnd = SearchValues.Create(" \t\r\n;&|<>()\"'`$\\");

    private static readonly string[] Operators = [":-", ":=", ":?", ":+", "##", "%%", "//", "/#", "/%", "^^", ",,", "-", "=", "?", "+", "#", "%", "/", "^", ",", ":", "@"];

    private static bool IsWordEnd(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')';

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static Word Plain(string text) => new([new Text(text, Quoted: false)]);

    /// <summary>The unquoted word that starts here, without moving.</summary>
    private string PeekName()
    {
        var rest = text.AsSpan(Math.Min(at, text.Length));
        var end = rest.IndexOfAny(NameEnd);
        if (end < 0) end = rest.Length;
        return end < rest.Length && rest[end] is '"' or '\'' or '`' or '$' or '\\' ? "" : rest[..Math.Min(end, 200)].ToString();
    }

    /// <summary>Where a subscript or name ends; looked for within 1,000 characters, so that many open ones cost little.</summary>
    private int Near(char closing, int from) => text.IndexOf(closing, from, Math.Min(1000, text.Length - from));

    private void SkipBlank()
    {
        while (true)
        {
            if (Here is ' ' or '\t' or '\r') at++;
            else if (Here == '\\' && Next == '\n')
            {
                at += 2;
                line++;
            }
            else if (Here == '#' && (at == 0 || IsWordEnd(text[at - 1]) || text[at - 1] == '\r'))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else return;
        }
    }

    private void SkipLines()
    {
        for (SkipBlank(); Here == '\n'; SkipBlank())
        {
            at++;
            line++;
            foreach (var (delimiter, tabs) in hereDocuments) SkipHereDocument(delimiter, tabs);
            hereDocuments.Clear();
        }
    }

    private void SkipHereDocument(string delimiter, bool tabs)
    {
        while (!AtEnd)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0) end = text.Length;
            var content = text.AsSpan(at, end - at);
            at = Math.Min(end + 1, text.Length);
            line++;
            if ((tabs ? content.TrimStart('\t') : content).SequenceEqual(delimiter)) return;
        }
    }

    private void ParseRedirects()
    {
        SkipBlank();
        while (TryRedirect(out _)) SkipBlank();
    }

    private bool TryRedirect(out Redirect redirect)
    {
        redirect = default;
        var sign = at;
        while (sign < text.Length && char.IsAsciiDigit(text[sign])) sign++;
        if (sign == at && Here == '{' && Near('}', at) is var brace and > 0 && brace + 1 < text.Length && text[brace + 1] is '<' or '>' && IsName(text[(at + 1)..brace])) sign = brace + 1;
        var both = sign == at && Here == '&' && Next == '>';
        if (both) sign++;
        if (sign >= text.Length || text[sign] is not ('<' or '>')) return false;
        if (sign == at && Next == '(') return false; // A process substitution is a word.
        var descriptor = text[at..sign];
        var output = text[sign] == '>' && (both || descriptor is "" or "1");
        at = sign;
        if (Ahead("<<<")) at += 3;
        else if (Ahead("<<"))
        {
            at += 2;
            var tabs = Here == '-';
            if (tabs) at++;
            SkipBlank();
            var start = at;
            ParseWord();
            var delimiter = text[start..at].Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);
            hereDocuments.Add((delimiter, tabs));
            redirect = new Redirect(MovesOutput: false, Word.Empty);
            return true;
        }
        else at += text.AsSpan(at, Math.Min(3, text.Length - at)) switch { [_, '>' or '&' or '|', ..] => 2, _ => 1 };
        SkipBlank();
        redirect = new Redirect(output, ParseWord());
        return true;
    }

    private Word ParseWord()
    {
        var start = at;
        var word = ParseParts(IsWordEnd, quoted: false);
        if (at == start) throw Wrong("a word");
        return word;
    }

    private Word ParseParts(Func<char, bool> isEnd, bool quoted)
    {
        var parts = ImmutableArray.CreateBuilder<Part>();
        var plain = new StringBuilder();
        void Flush()
        {
            if (plain.Length > 0) parts.Add(new Text(plain.ToString(), quoted));
            plain.Clear();
        }
        while (!AtEnd)
        {
            var c = Here;
            if (c == '(' && plain.Length > 0 && plain[^1] is '@' or '!' or '+' or '?' or '*' && !quoted && Balanced(at) is var close and > 0)
            {
                Flush();
                parts.Add(new Opaque(text[at..close], Quoted: false));
                at = close;
                continue;
            }
            if (c is '<' or '>' && Next == '(' && at + 1 < text.Length && plain.Length == 0 && parts.Count == 0 && isEnd('<') && Balanced(at + 1) is var end and > 0)
            {
                parts.Add(new Opaque(text[at..end], Quoted: true));
                line += text.AsSpan(at, end - at).Count('\n');
                at = end;
                continue;
            }
            if (isEnd(c)) break;
            switch (c)
            {
                case '\\':
                    if (Next == '\n') line++;
                    else if (at + 1 < text.Length)
                    {
                        Flush();
                        parts.Add(new Text(Next.ToString(), Quoted: true));
                    }
                    at = Math.Min(at + 2, text.Length);
                    break;
                case '\'' when !quoted:
                    Flush();
                    parts.Add(new Text(Until('\''), Quoted: true));
                    break;
                case '"':
                    Flush();
                    ParseDoubleQuoted(parts);
                    break;
                case '$':
                    Flush();
                    parts.Add(ParseDollar(quoted));
                    break;
                case '`':
                    Flush();
                    parts.Add(ParseBackquoted(quoted));
                    break;
                default:
                    if (c == '\n') line++;
                    plain.Append(c);
                    at++;
                    break;
            }
        }
        Flush();
        return new Word(parts.ToImmutable());
    }

    /// <summary>The text up to a closing quote; moves behind it.</summary>
    private string Until(char quote)
    {
        var end = text.IndexOf(quote, at + 1);
        if (end < 0) throw new ShellSyntaxException($"line {line}: the quote {quote} is never closed");
        var content = text[(at + 1)..end];
        line += content.AsSpan().Count('\n');
        at = end + 1;
        return content;
    }

    private void ParseDoubleQuoted(ImmutableArray<Part>.Builder parts)
    {
        var first = line;
        at++;
        var plain = new StringBuilder();
        var before = parts.Count;
        for (; !AtEnd && Here != '"';)
        {
            if (Here == '\\' && Next is '$' or '`' or '"' or '\\' or '\n')
            {
                if (Next == '\n') line++;
                else plain.Append(Next);
                at += 2;
            }
            else if (Here is '$' or '`')
            {
                if (plain.Length > 0) parts.Add(new Text(plain.ToString(), Quoted: true));
                plain.Clear();
                parts.Add(Here == '$' ? ParseDollar(quoted: true) : ParseBackquoted(quoted: true));
            }
            else
            {
                if (Here == '\n') line++;
                plain.Append(Here);
                at++;
            }
        }
        if (AtEnd) throw new ShellSyntaxException($"line {first}: the quote \" is never closed");
        at++;
        if (plain.Length > 0 || parts.Count == before) parts.Add(new Text(plain.ToString(), Quoted: true));
    }

    private Part ParseDollar(bool quoted)
    {
        var start = at;
        switch (Next)
        {
            case '(' when at + 2 < text.Length && text[at + 2] == '(' && Balanced(at + 1) is var end and > 0 && text[end - 2] == ')':
                line += text.AsSpan(at, end - at).Count('\n');
                at = end;
                return new Opaque(text[start..end], quoted);
            case '(':
                at += 2;
                Deeper();
                var body = ParseList();
                depth--;
                if (Here != ')') throw Wrong("`)` at the end of `$(`");
                at++;
                return new Substitution(body, text[start..at], quoted);
            case '{':
                at += 2;
                Deeper();
                var braced = ParseBraced(start, quoted);
                depth--;
                return braced;
            case '\'' when !quoted:
                at++;
                return ParseAnsi();
            case '@' or '*' or '#' or '?' or '-' or '$' or '!' or (>= '0' and <= '9'):
                at += 2;
                return Simple(text[(start + 1)..at], start, quoted);
            case var c when char.IsAsciiLetter(c) || c == '_':
                for (at++; char.IsAsciiLetterOrDigit(Here) || Here == '_'; at++) { }
                return Simple(text[(start + 1)..at], start, quoted);
            default:
                at++;
                return new Text("$", quoted);
        }
    }

    private Parameter Simple(string name, int start, bool quoted) => new(name, null, "", Word.Empty, null, false, false, text[start..at], quoted);

    private void Deeper()
    {
        if (++depth > MostNested) throw new ShellSyntaxException($"line {line}: expansions are nested more than {MostNested} deep");
    }

    /// <summary>`$'…'` (bash, POSIX 2024): only the escapes that scripts use for blanks are turned.</summary>
    private Text ParseAnsi()
    {
        var to = new StringBuilder();
        for (at++; !AtEnd && Here != '\''; at++)
        {
            if (Here != '\\')
            {
                if (Here == '\n') line++;
                to.Append(Here);
                continue;
            }
            at++;
            to.Append(Here switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'e' => '\e', var c => c });
        }
        if (AtEnd) throw new ShellSyntaxException($"line {line}: the quote $' is never closed");
        at++;
        return new Text(to.ToString(), Quoted: true);
    }

    private Part ParseBraced(int start, bool quoted)
    {
        var length = Here == '#' && Next != '}';
        if (length) at++;
        var indirect = Here == '!' && Next != '}';
        if (indirect) at++;
        var from = at;
        if (char.IsAsciiLetterOrDigit(Here) || Here == '_') while (char.IsAsciiLetterOrDigit(Here) || Here == '_') at++;
        else at = Math.Min(at + 1, text.Length);
        var name = text[from..at];
        string? index = null;
        if (Here == '[')
        {
            var end = Near(']', at);
            if (end < 0) throw Wrong("`]`");
            index = text[(at + 1)..end];
            at = end + 1;
        }
        var op = Here == '}' ? "" : Array.Find(Operators, Ahead) ?? throw Wrong("an operator or `}`");
        at += op.Length;
        var splits = op.Length > 0 && op[0] == '/' ? '/' : op == ":" ? ':' : '\0';
        var argument = op == "" ? Word.Empty : ParseParts(c => c == '}' || (c == splits && c != '\0'), quoted: false);
        Word? second = null;
        if (splits != '\0' && Here == splits)
        {
            at++;
            second = ParseParts(c => c == '}', quoted: false);
        }
        if (Here != '}') throw Wrong("`}`");
        at++;
        var source = text[start..at];
        var computable = op != "@" && (index is null or "@" or "*" || index.All(char.IsAsciiDigit)) && !(indirect && index is not null);
        return computable ? new Parameter(name, index, op, argument, second, length, indirect, source, quoted) : new Opaque(source, quoted);
    }

    private Substitution ParseBackquoted(bool quoted)
    {
        var start = at;
        var inner = new StringBuilder();
        for (at++; !AtEnd && Here != '`'; at++)
        {
            if (Here == '\\' && Next is '$' or '`' or '\\') at++;
            if (!AtEnd) inner.Append(Here);
        }
        if (AtEnd) throw new ShellSyntaxException($"line {line}: the quote ` is never closed");
        at++;
        if (depth + 1 > MostNested) throw new ShellSyntaxException($"line {line}: expansions are nested more than {MostNested} deep");
        var parser = new ShellParser(inner.ToString(), line, depth + 1);
        var body = parser.ParseList();
        if (!parser.AtEnd) throw parser.Wrong("a command");
        line += text.AsSpan(start, at - start).Count('\n');
        return new Substitution(body, text[start..at], quoted);
    }

    /// <summary>Where the bracket that opens here is closed: the index behind it, or -1.</summary>
    private int Balanced(int open)
    {
        var level = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '\'' && text.IndexOf('\'', i + 1) is var quote and > 0) i = quote;
            else if (text[i] == '(') level++;
            else if (text[i] == ')' && --level == 0) return i + 1;
        }
        return -1;
    }
}
