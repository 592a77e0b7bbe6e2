using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>
/// Reads a shell script into commands: the grammar of POSIX 2.10 with bash's functions, arrays, `[[ ]]`, `(( ))`,
/// `&lt;&lt;&lt;` and process substitution. Here documents are skipped. Nesting is bounded.
/// </summary>
internal sealed partial class ShellParser
{
    /// <summary>Constructs one inside the other; scripts written by people stay under 15.</summary>
    public const int MostNested = 100;

    private readonly string text;
    private readonly List<(string Delimiter, bool Tabs)> hereDocuments = [];
    private int at;
    private int line;
    private int depth;

    private ShellParser(string text, int line, int depth) => (this.text, this.line, this.depth) = (text, line, depth);

    /// <param name="error">Null when the whole text was understood; else one sentence with the line.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Command? script, [NotNullWhen(false)] out string? error)
    {
        var parser = new ShellParser(text, 1, 0);
        (script, error) = (null, null);
        try
        {
            var all = parser.ParseList();
            if (!parser.AtEnd) throw parser.Wrong("a command");
            script = all;
            return true;
        }
        catch (ShellSyntaxException wrong)
        {
            error = wrong.Message;
            return false;
        }
    }

    private bool AtEnd => at >= text.Length;
    private char Here => at < text.Length ? text[at] : '\0';
    private char Next => at + 1 < text.Length ? text[at + 1] : '\0';
    private bool Ahead(string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private ShellSyntaxException Wrong(string expected) =>
        new($"line {line}: expected {expected}, found {(AtEnd ? "the end" : $"`{Quote.Line(text.Substring(at, Math.Min(20, text.Length - at)))}`")}");

    private CommandList ParseList()
    {
        var items = ImmutableArray.CreateBuilder<ListItem>();
        var first = line;
        while (true)
        {
            SkipLines();
            if (AtEnd || IsListEnd()) return new CommandList(first, items.ToImmutable());
            var command = ParseAndOr();
            SkipBlank();
            var background = Here == '&' && Next != '&';
            if (background || (Here == ';' && Next is not (';' or '&'))) at++;
            else if (!AtEnd && Here is not ('\n' or ')' or ';') && !IsListEnd()) throw Wrong("the end of the command");
            items.Add(new ListItem(command, background));
        }
    }

    private bool IsListEnd() =>
        Here == ')' || Ahead(";;") || Ahead(";&") ||
        PeekName() is "then" or "do" or "done" or "fi" or "elif" or "else" or "esac" or "}";

    private Command ParseAndOr()
    {
        var left = ParsePipeline();
        while (true)
        {
            SkipBlank();
            if (!Ahead("&&") && !Ahead("||")) return left;
            var and = Here == '&';
            at += 2;
            SkipLines();
            left = new AndOr(left.Line, left, and, ParsePipeline());
        }
    }

    private Command ParsePipeline()
    {
        var negated = false;
        var first = line;
        for (SkipBlank(); PeekName() == "!"; SkipBlank())
        {
            at++;
            negated = !negated;
        }
        var stages = ImmutableArray.Create(ParseCommand());
        for (SkipBlank(); Here == '|' && Next != '|'; SkipBlank())
        {
            at += Next == '&' ? 2 : 1;
            SkipLines();
            stages = stages.Add(ParseCommand());
        }
        return stages.Length == 1 && !negated ? stages[0] : new Pipeline(first, stages, negated);
    }

    private Command ParseCommand()
    {
        if (++depth > MostNested) throw new ShellSyntaxException($"line {line}: commands are nested more than {MostNested} deep");
        SkipBlank();
        var command = PeekName() switch
        {
            "if" => ParseIf(),
            "while" or "until" => ParseWhile(),
            "for" or "select" => ParseFor(),
            "case" => ParseCase(),
            "function" => ParseFunction(),
            "{" => ParseGroup(),
            "[[" => ParseConditional(),
            _ when Ahead("((") && Balanced(at) is var end and > 0 && text[end - 2] == ')' => ParseArithmetic(end),
            _ when Here == '(' => ParseSubshell(),
            _ when FunctionName() is { } name => ParseBody(name),
            _ => null,
        };
        if (command is null) command = ParseSimple();
        else if (command is not Function) ParseRedirects();
        depth--;
        return command;
    }

    private void Expect(string word)
    {
        SkipLines();
        if (PeekName() != word) throw Wrong($"`{word}`");
        at += word.Length;
    }

    private If ParseIf()
    {
        var first = line;
        at += PeekName().Length; // `if`, or `elif` when it goes on.
        var condition = ParseList();
        Expect("then");
        var then = ParseList();
        SkipLines();
        if (PeekName() == "elif")
        {
            if (++depth > MostNested) throw new ShellSyntaxException($"line {line}: commands are nested more than {MostNested} deep");
            var rest = ParseIf();
            depth--;
            return new If(first, condition, then, rest);
        }
        CommandList? otherwise = null;
        if (PeekName() == "else")
        {
            at += 4;
            otherwise = ParseList();
        }
        Expect("fi");
        return new If(first, condition, then, otherwise);
    }

    private While ParseWhile()
    {
        var first = line;
        var until = PeekName() == "until";
        at += 5;
        var condition = ParseList();
        return new While(first, condition, ParseDo(), until);
    }

    private CommandList ParseDo()
    {
        SkipLines();
        if (Here == ';') at++;
        Expect("do");
        var body = ParseList();
        Expect("done");
        return body;
    }

    private Command ParseFor()
    {
        var first = line;
        at += PeekName().Length;
        SkipBlank();
        if (Ahead("((") && Balanced(at) is var end and > 0)
        {
            at = end;
            return new While(first, new Arithmetic(first), ParseDo(), Until: false);
        }
        var name = PeekName();
        if (!IsName(name)) throw Wrong("a variable's name after `for`");
        at += name.Length;
        SkipLines();
        ImmutableArray<Word>? words = null;
        if (PeekName() == "in")
        {
            at += 2;
            var list = ImmutableArray.CreateBuilder<Word>();
            for (SkipBlank(); !AtEnd && Here is not ('\n' or ';'); SkipBlank()) list.Add(ParseWord());
            words = list.ToImmutable();
        }
        return new For(first, name, words, ParseDo());
    }

    private Case ParseCase()
    {
        var first = line;
        at += 4;
        SkipBlank();
        var subject = ParseWord();
        Expect("in");
        var arms = ImmutableArray.CreateBuilder<CaseArm>();
        for (SkipLines(); PeekName() != "esac"; SkipLines())
        {
            if (Here == '(') at++;
            var patterns = ImmutableArray.CreateBuilder<Word>();
            do
            {
                if (patterns.Count > 0) at++;
                SkipBlank();
                patterns.Add(ParseWord());
                SkipBlank();
            }
            while (Here == '|');
            if (Here != ')') throw Wrong("`)` after the pattern");
            at++;
            var body = ParseList();
            var fallsThrough = Ahead(";&") || Ahead(";;&");
            if (Ahead(";;&")) at += 3;
            else if (Ahead(";;") || Ahead(";&")) at += 2;
            else if (PeekName() != "esac") throw Wrong("`;;`");
            arms.Add(new CaseArm(patterns.ToImmutable(), body, fallsThrough));
        }
        at += 4;
        return new Case(first, subject, arms.ToImmutable());
    }

    private Group ParseGroup()
    {
        var first = line;
        at++;
        var body = ParseList();
        Expect("}");
        return new Group(first, body, Subshell: false);
    }

    private Group ParseSubshell()
    {
        var first = line;
        at++;
        var body = ParseList();
        if (Here != ')') throw Wrong("`)`");
        at++;
        return new Group(first, body, Subshell: true);
    }

    private Arithmetic ParseArithmetic(int end)
    {
        var first = line;
        line += text.AsSpan(at, end - at).Count('\n');
        at = end;
        return new Arithmetic(first);
    }

    /// <summary>`name()`, without moving; null when this is no function.</summary>
    private string? FunctionName()
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-' or '.' or ':')) end++;
        var open = end;
        while (open < text.Length && text[open] is ' ' or '\t') open++;
        if (end == at || open >= text.Length || text[open] != '(') return null;
        var close = open + 1;
        while (close < text.Length && text[close] is ' ' or '\t') close++;
        return close < text.Length && text[close] == ')' ? text[at..end] : null;
    }

    private Function ParseFunction()
    {
        at += 8;
        SkipBlank();
        var name = PeekName();
        if (name.EndsWith("()", StringComparison.Ordinal)) name = name[..^2];
        if (name.Length == 0) throw Wrong("a function's name");
        return ParseBody(name);
    }

    private Function ParseBody(string name)
    {
        var first = line;
        at += name.Length;
        SkipBlank();
        if (Here == '(' && Balanced(at) is var end and > 0) at = end;
        SkipLines();
        var body = ParseCommand();
        ParseRedirects();
        return new Function(first, name, body);
    }

    private Conditional ParseConditional()
    {
        var first = line;
        at += 2;
        var words = ImmutableArray.CreateBuilder<Word>();
        while (true)
        {
            SkipLines();
            if (AtEnd) throw Wrong("`]]`");
            if (PeekName() == "]]") break;
            if (Ahead("&&") || Ahead("||"))
            {
                words.Add(Plain(text.Substring(at, 2)));
                at += 2;
            }
            else if (Here is '(' or ')' or '<' or '>')
            {
                words.Add(Plain(Here.ToString()));
                at++;
            }
            else words.Add(words is [.., { Bare: "=~" }] ? ParseRegex() : ParseWord());
        }
        at += 2;
        return new Conditional(first, words.ToImmutable());
    }

    /// <summary>A regular expression ends at a blank outside brackets and quotes; it is never computed.</summary>
    private Word ParseRegex()
    {
        var start = at;
        var open = 0;
        for (; !AtEnd && Here != '\n' && (open > 0 || Here is not (' ' or '\t')); at++)
        {
            if (Here == '\\') at++;
            else if (Here is '\'' or '"' && text.IndexOf(Here, at + 1) is var end and > 0) at = end;
            else if (Here is '(' or '[') open++;
            else if (Here is ')' or ']') open--;
        }
        at = Math.Min(at, text.Length);
        return new Word([new Opaque(text[start..at], Quoted: true)]);
    }

    private SimpleCommand ParseSimple()
    {
        var (first, start) = (line, at);
        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        var words = ImmutableArray.CreateBuilder<Word>();
        var redirects = ImmutableArray.CreateBuilder<Redirect>();
        while (true)
        {
            SkipBlank();
            if (TryRedirect(out var redirect)) redirects.Add(redirect);
            else if (AtEnd || Here is '\n' or ';' or '&' or '|' or ')') break;
            else if ((words.Count == 0 || words[0].Bare is "local" or "declare" or "typeset" or "export" or "readonly") && TryAssignment(out var assignment)) assignments.Add(assignment);
            else words.Add(ParseWord());
        }
        if (at == start) throw Wrong("a command");
        return new SimpleCommand(first, assignments.ToImmutable(), words.ToImmutable(), redirects.ToImmutable(), text[start..at].Trim());
    }

    private bool TryAssignment(out Assignment assignment)
    {
        assignment = default;
        var end = at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        if (end == at || char.IsAsciiDigit(text[at])) return false;
        var name = text[at..end];
        var element = end < text.Length && text[end] == '[';
        if (element)
        {
            end = Near(']', end) + 1;
            if (end == 0) return false;
        }
        var append = end + 1 < text.Length && text[end] == '+' && text[end + 1] == '=';
        if (!append && (end >= text.Length || text[end] != '=')) return false;
        at = end + (append ? 2 : 1);
        if (Here != '(')
        {
            assignment = new Assignment(name, append, element, AtEnd || IsWordEnd(Here) ? Word.Empty : ParseWord(), null);
            return true;
        }
        at++;
        var items = ImmutableArray.CreateBuilder<Word>();
        for (SkipLines(); Here != ')'; SkipLines())
        {
            if (AtEnd) throw Wrong("`)` at the end of the list");
            items.Add(ParseWord());
        }
        at++;
        assignment = new Assignment(name, append, element, Word.Empty, items.ToImmutable());
        return true;
    }
}

/// <summary>A script that breaks the grammar, or our reading of it; the message says where.</summary>
internal sealed class ShellSyntaxException(string message) : Exception(message);
