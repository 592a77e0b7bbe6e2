using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// php.ini and the files of php-fpm (PHP's manual, "The configuration file"): `name = value`, `name[offset] = value`, `[section]`, `;` begins a comment. A value
/// is words, texts in `"` (with `\"`, `\\`, `\$`) or `'`, `${NAME}`, constants of errors, and `| &amp; ^ ~ ! ( )` on their numbers, all binary ones from
/// the left; on, yes and true are `1`, off, no, false, none and null are empty. A section is a block that holds nothing: what follows it belongs to it.
/// A name without `=` has no argument.
/// </summary>
internal sealed class PhpIniGrammar
{
    /// <summary>Characters of one value with its variables.</summary>
    private const int MostValue = 64 << 10;

    private static readonly FrozenDictionary<string, string> words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["on"] = "1", ["yes"] = "1", ["true"] = "1", ["off"] = "", ["no"] = "", ["false"] = "", ["none"] = "", ["null"] = "",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> noName = SearchValues.Create("\n\r;\"'=&|^~!()[]{$");

    private readonly string text;
    private readonly Func<int, int, Origin> place;
    private readonly Variable variable;
    private readonly bool isByLine;
    private readonly ImmutableArray<Setting>.Builder settings = ImmutableArray.CreateBuilder<Setting>();
    private int at;
    private int counted;
    private int line = 1;
    private int lineStart;
    private bool isEnded; // The value, without the end of its line.
    private int fresh; // Blanks before this are part of no name.
    private string? wrong;
    private string? needs;

    private PhpIniGrammar(string text, Func<int, int, Origin> place, Variable variable, bool isByLine) => (this.text, this.place, this.variable, this.isByLine) = (text, place, variable, isByLine);

    /// <param name="before">What the same text has set so far.</param>
    public delegate Value Variable(string name, IReadOnlyList<Setting> before);

    /// <param name="variable">What stands for `${name}`.</param>
    /// <param name="isByLine">As php-fpm reads its own files: nothing reaches beyond a line.</param>
    public static Parsed Parse(string text, Location file, Variable variable, bool isByLine = false) => Parse(text, (line, column) => Origin.At(file with { Line = line }, column), variable, isByLine);

    public static Parsed Parse(string text, Func<int, int, Origin> place, Variable variable, bool isByLine = false) => new PhpIniGrammar(text, place, variable, isByLine).Read();

    private char Here => at < text.Length ? text[at] : '\n';

    private bool IsAtEnd => Here is '\n' or '\r';

    private Parsed Read()
    {
        while (at < text.Length && wrong is null)
        {
            if (Here is ' ' or '\t' or '\n' or '\r') at++;
            else if (Here == ';') Comment();
            // A blank in front makes it part of a name.
            else if (Here == '[' && !IsSpaced) Section();
            else Entry(IsSpaced);
        }
        if (wrong is null) return new Parsed(settings.ToImmutable(), null);
        Count(Math.Min(at, text.Length));
        var error = new GrammarError(line, at - lineStart + 1, wrong);
        settings.Add(Setting.Gap("", [], place(error.Line, error.Column), "what follows an error of the file"));
        return new Parsed(settings.ToImmutable(), error);
    }

    /// <summary>Blanks alone stand in front, no tab among them.</summary>
    private bool IsSpaced => text.AsSpan(fresh, at - fresh).TrimEnd(' ') is var before && before.Length < at - fresh && before is not [.., '\t'];

    private void Comment()
    {
        while (at < text.Length && !IsAtEnd) at++;
    }

    private void Section()
    {
        var origin = OriginAt(at++);
        needs = null;
        if (!Name(']', out var name)) return;
        settings.Add(Setting.Block(name, [], origin, []) with { Needs = needs });
        Blanks();
        fresh = at;
    }

    private void Entry(bool isSpaced)
    {
        var start = at;
        while (at < text.Length && !"=\n\r\t;&|^$~(){}!\"[\0".Contains(text[at], StringComparison.Ordinal)) at++;
        if (at == start && !(isSpaced && Here == '['))
        {
            Expect("a name");
            return;
        }
        var name = text[start..at].TrimEnd(' ');
        var origin = OriginAt(start);
        needs = null;
        if (Here == '[')
        {
            at++;
            Blanks();
            if (!Name(']', out var offset)) return;
            name = $"{name}[{offset}]";
            Blanks();
            if (Here != '=')
            {
                Expect("`=`");
                return;
            }
        }
        Blanks();
        if (!isSpaced && words.ContainsKey(name)) Expect($"another name than `{name}`, which is a value");
        else if (Here != '=') settings.Add(new Setting(name, [], origin));
        else
        {
            at++;
            var value = Value();
            if (wrong is null) settings.Add(new Setting(name, [value], origin) { Needs = needs });
        }
    }

    /// <summary>Of a section or an offset, up to the bracket that closes it.</summary>
    private bool Name(char close, out string name)
    {
        var built = new StringBuilder();
        if (text.AsSpan(at).TrimStart(" \t").StartsWith('"')) Blanks();
        while (wrong is null && Here != close)
            if (IsAtEnd || Here == ';') Expect($"`{close}`");
            else if (Here == '\'') Single(built);
            else if (Here == '"')
            {
                Double(built);
                Blanks();
            }
            else if (Here == '$' && Next == '{') Substitute(built);
            else if (Here == '$') Take(built, Literal);
            else if (Here == '\\' && at + 1 < text.Length) Take(built, 2);
            else Take(built, 1);
        if (wrong is null) at++;
        name = built.ToString();
        return wrong is null;
    }

    private char Next => at + 1 < text.Length ? text[at + 1] : '\0';

    private string Value()
    {
        Blanks();
        isEnded = false;
        if (IsAtEnd || Here == ';') return "";
        if (Here == '\'' && Next == '\'')
        {
            at++;
            return "";
        }
        var end = at;
        while (end < text.Length && IsOfWord(text[end]) && text[end] != '$') end++;
        string value;
        if ((end == text.Length || text[end] != '$') && words.TryGetValue(text[at..end], out var meaning))
        {
            (value, at) = (meaning, end);
            Blanks();
            if (Here == '\'') isEnded = TryQuote();
        }
        else value = Expression(0);
        if (wrong is null && !isEnded && !IsAtEnd && Here != ';') Expect("the end of the value");
        return value;
    }

    private string Expression(int depth)
    {
        var left = Operand(depth);
        while (wrong is null && Here is '|' or '&' or '^')
        {
            var sign = text[at++];
            Blanks();
            left = PhpIniNumbers.Of(left, sign, Operand(depth));
        }
        return left;
    }

    private string Operand(int depth)
    {
        if (depth > Parsed.MostDepth) wrong ??= string.Create(CultureInfo.InvariantCulture, $"it is nested deeper than {Parsed.MostDepth}");
        if (wrong is not null) return "";
        if (Here is '~' or '!')
        {
            var sign = text[at++];
            Blanks();
            return PhpIniNumbers.Of(sign, Operand(depth + 1));
        }
        if (Here != '(') return Words();
        at++;
        Blanks();
        var inner = Expression(depth + 1);
        if (wrong is not null) return "";
        if (Here != ')')
        {
            Expect("`)`");
            return "";
        }
        at++;
        Blanks();
        if (depth == 0 && Here == '\'') isEnded = TryQuote();
        return inner;
    }

    /// <summary>Words, texts and variables side by side; blanks are kept between words, not beside a text in `"`, an operator or the end of a line.</summary>
    private string Words()
    {
        var (built, start) = (new StringBuilder(), at);
        while (wrong is null)
        {
            if (built.Length > MostValue) wrong = string.Create(CultureInfo.InvariantCulture, $"the value has more than {MostValue:N0} characters");
            else if (Here is ' ' or '\t')
            {
                var blanks = at;
                Blanks();
                var isKept = at == text.Length ? !isByLine : !IsAtEnd && !";\"|&^~!(=".Contains(Here, StringComparison.Ordinal);
                if (isKept) built.Append(text, blanks, at - blanks);
            }
            else if (IsAtEnd || ";|&^~!()".Contains(Here, StringComparison.Ordinal)) break;
            else if (Here == '"')
            {
                Double(built);
                Blanks();
            }
            else if (Here == '\'')
            {
                var isFirst = at == start;
                if (!TryQuote()) Single(built);
                else if (isFirst) Expect("a value");
                else
                {
                    isEnded = true;
                    break;
                }
            }
            else if (Here == '$' && Next == '{') Substitute(built);
            else if (!Word(built)) break;
        }
        if (at == start) Expect("a value");
        return built.ToString();
    }

    private bool Word(StringBuilder built)
    {
        var start = at;
        var isPlain = true;
        while (at < text.Length)
            if (IsOfWord(text[at]) && text[at] != '$') at++;
            // A dollar sign takes what follows it along, whatever that is.
            else if (text[at] == '$' && Next != '{')
            {
                isPlain = false;
                at += Literal;
            }
            else break;
        if (at == start)
        {
            Expect("a value");
            return false;
        }
        var word = text[start..at];
        if (isPlain && words.ContainsKey(word))
        {
            at = start;
            Expect("a value that is no switch");
            return false;
        }
        if (!isPlain && at == text.Length && word[^1] == '$' && (word.Length - word.TrimEnd('$').Length) % 2 == 1) word = word[..^1];
        if (isPlain && PhpIniNumbers.Constants.TryGetValue(word, out var number)) built.Append(number);
        else
        {
            built.Append(word);
            if (isPlain && (word.StartsWith("PHP_", StringComparison.Ordinal) || word.StartsWith("M_", StringComparison.Ordinal))) needs ??= $"the value of the constant {word}";
        }
        return true;
    }

    /// <summary>Characters that a dollar sign is literal with: the next, and the one behind a backslash.</summary>
    private int Literal => Math.Min(text.Length - at, isByLine && Next is '\n' or '\r' ? 1 : Next != '\\' ? 2 : isByLine && at + 2 < text.Length && text[at + 2] is '\n' or '\r' ? 2 : 3);

    private static bool IsOfWord(char c) => !"= \t\n\r;&|^~()!\"\0'".Contains(c, StringComparison.Ordinal);

    /// <summary>A quote that begins no text ends the value: an empty text leaves its second quote behind as the next name, one that is never closed takes all that follows along.</summary>
    private bool TryQuote()
    {
        if (Next == '\'') at++;
        else if (Closing < 0) at = isByLine && text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;
        else return false;
        return true;
    }

    /// <summary>Where the text in single quotes that begins here ends; less than 0 for nowhere.</summary>
    private int Closing
    {
        get
        {
            var end = text.IndexOf('\'', at + 1);
            return isByLine && end >= 0 && text.AsSpan(at, end - at).Contains('\n') ? -1 : end;
        }
    }

    private void Single(StringBuilder built)
    {
        var end = Closing;
        if (end <= at + 1)
        {
            Expect("a text in quotes");
            return;
        }
        built.Append(text, at + 1, end - at - 1);
        at = end + 1;
    }

    private void Double(StringBuilder built)
    {
        var start = at++;
        while (wrong is null)
        {
            if (at >= text.Length || (isByLine && Here == '\n'))
            {
                at = start;
                Expect("the end of a text that begins with `\"`");
            }
            else if (Here == '"')
            {
                at++;
                return;
            }
            else if (Here == '$' && Next == '{') Substitute(built);
            // At the end of a line it is the quote that ends the text.
            else if (Here == '\\' && Next == '"' && (at + 2 >= text.Length || text[at + 2] is '\n' or '\r')) Take(built, 1);
            else if (Here == '\\' && Next is '"' or '\\' or '$')
            {
                at++;
                Take(built, 1);
            }
            else Take(built, Here == '\\' && at + 1 < text.Length && !(isByLine && Next == '\n') ? 2 : 1);
        }
    }

    private void Substitute(StringBuilder built)
    {
        var (start, end) = (at + 2, text.IndexOf('}', at));
        var name = end < 0 ? "" : text[start..end].Trim(' ');
        if (name.Length == 0 || name.AsSpan().ContainsAny(noName))
        {
            Expect("the name of a variable and `}`");
            return;
        }
        var value = variable(name, settings);
        if (value.Known) built.Append(value.Text.AsSpan(0, Math.Min(value.Text.Length, MostValue)));
        else
        {
            built.Append(text, at, end + 1 - at);
            needs ??= $"the value of {name} when the container starts";
        }
        at = end + 1;
    }

    private void Take(StringBuilder built, int count)
    {
        built.Append(text, at, count);
        at += count;
    }

    private void Blanks()
    {
        while (at < text.Length && text[at] is ' ' or '\t') at++;
    }

    private void Expect(string what)
    {
        var end = Math.Min(at, text.Length);
        while (end < text.Length && end - at < 20 && text[end] is not ('\n' or '\r')) end++;
        wrong ??= $"expected {what}, found {(end <= at ? "the end of the line" : $"`{text[at..end]}`")}";
    }

    private Origin OriginAt(int offset)
    {
        Count(offset);
        return place(line, offset - lineStart + 1);
    }

    private void Count(int offset)
    {
        for (; counted < offset; counted++)
            if (text[counted] == '\n') (line, lineStart) = (line + 1, counted + 1);
    }
}
