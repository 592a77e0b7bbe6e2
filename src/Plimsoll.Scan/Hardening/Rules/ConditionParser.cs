using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>
/// Reads a condition. `or` binds weaker than `and`, `and` weaker than `not`:
/// <code>
/// test       = subject [ operator value ]
/// subject    = KEY [ "[" N "]" ] | "it" [ "[" N "]" ] | "version" | ("number" | "size" | "time" | "count") "(" subject ")"
/// quantified = ("any" | "all" | "none") "(" KEY "," condition ")"
/// operator   = "==" "!=" "&lt;" "&lt;=" "&gt;" "&gt;=" "has" "contains" "starts" "ends" "matches"
/// value      = WORD | 'TEXT' | "[" value { "," value } "]"
/// </code>
/// </summary>
internal sealed class ConditionParser
{
    /// <summary>Parentheses and quantifiers inside each other.</summary>
    private const int MostDepth = 16;

    private readonly string text;
    private readonly bool isOurs;
    private int at;
    private int depth;

    private ConditionParser(string text, bool isOurs) => (this.text, this.isOurs) = (text, isOurs);

    /// <param name="isOurs">Expressions are known to be sound, and made only when they are needed: making them is most of the work.</param>
    /// <returns>Null when it cannot be read; the error is a clause that says where.</returns>
    public static Condition? Parse(string text, out string error, bool isOurs = false)
    {
        var parser = new ConditionParser(text, isOurs);
        error = "";
        try
        {
            var condition = parser.Or();
            parser.Blanks();
            return parser.at == text.Length ? condition : throw parser.Wrong("the end, `and` or `or`");
        }
        catch (FormatException wrong)
        {
            error = wrong.Message;
            return null;
        }
    }

    private Condition Or()
    {
        if (++depth > MostDepth) throw new FormatException($"it is nested deeper than {MostDepth}");
        var parts = Series("or", And);
        depth--;
        return parts.Length == 1 ? parts[0] : new AnyOf(parts);
    }

    private Condition And()
    {
        var parts = Series("and", Unary);
        return parts.Length == 1 ? parts[0] : new AllOf(parts);
    }

    private ImmutableArray<Condition> Series(string word, Func<Condition> part)
    {
        var parts = ImmutableArray.CreateBuilder<Condition>();
        do parts.Add(part());
        while (TryWord(word));
        return parts.ToImmutable();
    }

    private Condition Unary()
    {
        if (TryWord("not"))
        {
            if (++depth > MostDepth) throw new FormatException($"it is nested deeper than {MostDepth}");
            var negated = new Not(Unary());
            depth--;
            return negated;
        }
        if (Try('('))
        {
            var inner = Or();
            Expect(')');
            return inner;
        }
        foreach (var (word, quantity) in (ReadOnlySpan<(string, Quantity)>)[("any", Quantity.Any), ("all", Quantity.All), ("none", Quantity.None)])
            if (TryCall(word))
            {
                var key = Key();
                Expect(',');
                var part = Or();
                Expect(')');
                return new Quantified(quantity, key, part);
            }
        return Comparison();
    }

    private Test Comparison()
    {
        var subject = Operand();
        var mark = at;
        if (Operators() is not { } what)
        {
            at = mark;
            return new Test(subject, Operator.IsSet, [], null);
        }
        var values = Values();
        if (what is Operator.Less or Operator.AtMost or Operator.More or Operator.AtLeast)
        {
            if (values.Length != 1) throw new FormatException("`<` and `>` compare with one value");
            if (subject.Measure == Measure.Text) subject = subject with { Measure = Measure.Number };
            if (subject.Order(values[0], values[0]) is null) throw new FormatException($"`{values[0]}` is no {subject.Unit}");
        }
        return new Test(subject, what, values, what == Operator.Matches ? Pattern(string.Join('|', values)) : null);
    }

    private Lazy<Regex> Pattern(string pattern)
    {
        var made = new Lazy<Regex>(() => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
        if (isOurs) return made;
        try
        {
            _ = made.Value;
            return made;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the pattern `{pattern}` cannot be used: {wrong.Message}", wrong);
        }
    }

    private Operator? Operators()
    {
        Blanks();
        foreach (var (sign, meaning) in (ReadOnlySpan<(string, Operator)>)[("==", Operator.Equals), ("!=", Operator.Differs), ("<=", Operator.AtMost), (">=", Operator.AtLeast), ("<", Operator.Less), (">", Operator.More)])
            if (text.AsSpan(at).StartsWith(sign))
            {
                at += sign.Length;
                return meaning;
            }
        foreach (var (word, meaning) in (ReadOnlySpan<(string, Operator)>)[("has", Operator.Has), ("contains", Operator.Contains), ("starts", Operator.Starts), ("ends", Operator.Ends), ("matches", Operator.Matches)])
            if (TryWord(word)) return meaning;
        return null;
    }

    private Operand Operand()
    {
        foreach (var (word, measure) in (ReadOnlySpan<(string, Measure)>)[("number", Measure.Number), ("size", Measure.Size), ("time", Measure.Time), ("count", Measure.Count)])
            if (TryCall(word))
            {
                var inner = Operand();
                if (inner.Measure != Measure.Text) throw new FormatException($"`{word}` is of a setting");
                Expect(')');
                return inner with { Measure = measure };
            }
        var key = Key();
        if (key == "version") return new Operand(Measure.Version, null, null);
        int? index = null;
        if (at < text.Length && text[at] == '[')
        {
            at++;
            var word = Word();
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw Wrong("the number of an argument, the first is 0");
            index = number;
            Expect(']');
        }
        return new Operand(Measure.Text, key == "it" ? null : key, index);
    }

    private string Key()
    {
        Blanks();
        if (at < text.Length && text[at] is '\'' or '"') return Quoted();
        var word = Word();
        return word.Length > 0 && (char.IsLetter(word[0]) || word[0] is '_' or '-') ? word : throw Wrong("a setting");
    }

    private ImmutableArray<string> Values()
    {
        if (!Try('[')) return [Value()];
        var values = ImmutableArray.CreateBuilder<string>();
        do values.Add(Value());
        while (Try(','));
        Expect(']');
        return values.ToImmutable();
    }

    private string Value()
    {
        Blanks();
        if (at < text.Length && text[at] is '\'' or '"') return Quoted();
        return Word() is { Length: > 0 } word ? word : throw Wrong("a value");
    }

    private string Quoted()
    {
        var close = text.IndexOf(text[at], at + 1);
        if (close < 0) throw Wrong("the end of a quoted text");
        var quoted = text[(at + 1)..close];
        at = close + 1;
        return quoted;
    }

    private string Word()
    {
        Blanks();
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.' or '/' or ':' or '$' or '*' or '%' or '@')) at++;
        return text[start..at];
    }

    private bool TryWord(string word)
    {
        var mark = at;
        if (Word() == word) return true;
        at = mark;
        return false;
    }

    private bool TryCall(string word)
    {
        var mark = at;
        if (Word() == word && Try('(')) return true;
        at = mark;
        return false;
    }

    private bool Try(char sign)
    {
        Blanks();
        if (at >= text.Length || text[at] != sign) return false;
        at++;
        return true;
    }

    private void Expect(char sign)
    {
        if (!Try(sign)) throw Wrong($"`{sign}`");
    }

    private void Blanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private FormatException Wrong(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"column {at + 1}: expected {expected}, found {(at < text.Length ? $"`{text[at..Math.Min(text.Length, at + 20)]}`" : "the end")}"));
}
