using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// Files of Erlang terms (file:consult/1): each term ends with a point; lists, tuples, maps, atoms, strings, binaries, numbers; `%` comments out. A pair
/// `{Key, Value}` becomes a setting of that key, or a block when its value has parts; other parts are blocks `tuple` and settings `value`.
/// </summary>
internal sealed class ErlangGrammar
{
    private readonly string text;
    private readonly Location file;
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    private ErlangGrammar(string text, Location file) => (this.text, this.file) = (text, file);

    public static Parsed Parse(string text, Location file) => new ErlangGrammar(text, file).Read();

    private Origin Here => Origin.At(file with { Line = line }, at - lineStart + 1);

    private Parsed Read()
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        try
        {
            for (Blanks(); at < text.Length; Blanks())
            {
                // A list at the top is what the file consists of.
                if (text[at] == '[') settings.AddRange(List('[', ']'));
                else settings.Add(Term());
                Expect('.');
            }
            return new Parsed(settings.ToImmutable(), null);
        }
        catch (FormatException wrong)
        {
            settings.Add(Setting.Gap("", [], Here, "what follows an error of the file"));
            return new Parsed(settings.ToImmutable(), new GrammarError(line, at - lineStart + 1, wrong.Message));
        }
    }

    private Setting Term()
    {
        Blanks();
        var origin = Here;
        if (at >= text.Length) throw new FormatException("the end of the file came before the end of a term");
        switch (text[at])
        {
            case '[': return Setting.Block("list", [], origin, List('[', ']'));
            case '{': return Tuple(origin, List('{', '}'));
            case '#' when at + 1 < text.Length && text[at + 1] == '{':
                at++;
                return Setting.Block("map", [], origin, List('{', '}'));
            default: return new Setting("value", [Scalar()], origin);
        }
    }

    private static Setting Tuple(Origin origin, ImmutableArray<Setting> parts)
    {
        if (parts is not [{ Key: "value", IsBlock: false, Value: var key }, var value]) return Setting.Block("tuple", [], origin, parts);
        if (!value.IsBlock && value.Key == "value") return new Setting(key, value.Arguments, origin);
        return Setting.Block(key, [], origin, value.IsBlock && value.Key is "list" or "map" or "tuple" ? value.Children : [value]);
    }

    private ImmutableArray<Setting> List(char open, char close)
    {
        if (++depth > Parsed.MostDepth) throw new FormatException($"terms are nested deeper than {Parsed.MostDepth}");
        var items = ImmutableArray.CreateBuilder<Setting>();
        Expect(open);
        Blanks();
        while (at >= text.Length || text[at] != close)
        {
            var item = Term();
            Blanks();
            if (at + 1 < text.Length && text[at] == '=' && text[at + 1] == '>')
            {
                at += 2;
                item = Tuple(item.Origin, [item, Term()]);
                Blanks();
            }
            items.Add(item);
            if (at < text.Length && text[at] == close) break;
            Expect(',');
            Blanks();
            if (at < text.Length && text[at] == close) throw new FormatException($"expected a term, found `{close}`");
        }
        at++;
        depth--;
        return items.ToImmutable();
    }

    private string Scalar()
    {
        var c = text[at];
        if (c is '"' or '\'') return Quoted(c);
        if (text.AsSpan(at).StartsWith("<<")) return Binary();
        if (c == '$' && at + 1 < text.Length)
        {
            at += 2;
            return text[at - 1].ToString();
        }
        var start = at;
        if (c is '-' or '+') at++;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '@' or '#' || (text[at] == '.' && at > start && at + 1 < text.Length && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1])))) at++;
        if (at == start || !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(text[Math.Min(start + (c is '-' or '+' ? 1 : 0), text.Length - 1)]))) throw new FormatException($"expected a term, found `{c}`");
        return text[start..at];
    }

    private string Quoted(char quote)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\n') (line, lineStart) = (line + 1, at + 1);
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                word.Append(text[at] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    's' => ' ',
                    var other => other,
                });
            }
            else word.Append(text[at]);
        }
        if (at >= text.Length) throw new FormatException($"a text that begins with {quote} has no end");
        at++;
        return word.ToString();
    }

    private string Binary()
    {
        at += 2;
        Blanks();
        var word = at < text.Length && text[at] == '"' ? Quoted('"') : "";
        var end = text.IndexOf(">>", at, StringComparison.Ordinal);
        if (end < 0) throw new FormatException("a binary has no `>>`");
        if (word.Length == 0) word = text[at..end].Trim();
        for (; at < end; at++)
            if (text[at] == '\n') (line, lineStart) = (line + 1, at + 1);
        at = end + 2;
        return word;
    }

    private void Expect(char sign)
    {
        Blanks();
        if (at >= text.Length || text[at] != sign) throw new FormatException($"expected `{sign}`, found {(at < text.Length ? $"`{text[at]}`" : "the end of the file")}");
        at++;
    }

    private void Blanks()
    {
        for (; at < text.Length; at++)
            if (text[at] == '%')
                while (at + 1 < text.Length && text[at + 1] != '\n') at++;
            else if (text[at] == '\n') (line, lineStart) = (line + 1, at + 1);
            else if (!char.IsWhiteSpace(text[at])) return;
    }
}
