using System.Text.RegularExpressions;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// Texts that an expression (pcrepattern(3)) takes: each of its alternatives, with and without what may be left out, a repeated part once. Groups that look
/// ahead or back and inline options take nothing.
/// </summary>
internal sealed class ExpressionSamples
{
    /// <summary>Of one expression, and of each part of it: alternatives multiply.</summary>
    private const int MostSamples = 32;

    /// <summary>Of one sample, half of the longest name that there can be.</summary>
    private const int MostLength = 128;

    private const int MostDepth = 16;
    private const int MostText = 4096; // Longer than nginx takes as one word.
    private const int MostRepeated = 8;

    private readonly string text;
    private int at;

    private ExpressionSamples(string text) => this.text = text;

    /// <summary>What a character of a sample stands for.</summary>
    public enum Kind
    {
        /// <summary>The character itself.</summary>
        Fixed,

        /// <summary>A single `.`, which takes any: the sample has a full stop, as was meant more often than not.</summary>
        AnyOne,

        /// <summary>One of several, or of several in a row.</summary>
        Open,
    }

    public readonly record struct Part(char Character, Kind Kind);

    /// <summary>Those of an expression, the longest that is looked at has 4,096 characters; none for longer ones.</summary>
    public static IReadOnlyList<IReadOnlyList<Part>> Of(string expression)
    {
        if (expression.Length > MostText) return [];
        var samples = new ExpressionSamples(expression);
        return samples.Alternatives(0);
    }

    private List<Part[]> Alternatives(int depth)
    {
        var all = new List<Part[]>();
        List<Part[]> one = [[]];
        while (at < text.Length && text[at] != ')')
        {
            if (text[at] == '|')
            {
                at++;
                all.AddRange(one);
                one = [[]];
                continue; // The next alternative.
            }
            one = Behind(one, Repeated(Term(depth)));
        }
        if (depth == 0 && at < text.Length) at = text.Length; // A bracket too many: PCRE would refuse it.
        return [.. all.Concat(one).Take(MostSamples)];
    }

    private List<Part[]> Term(int depth)
    {
        var c = text[at++];
        switch (c)
        {
            case '^' or '$':
                return [[]];
            case '(':
                return Group(depth);
            case '.':
                return [[new Part('.', Kind.AnyOne)]];
            case '[':
                var start = at - 1;
                at = NginxCaptures.ClassEnd(text, start) + 1;
                return [[new Part(Member(text[start..at]), Kind.Open)]];
            case '\\' when at < text.Length:
                var escaped = text[at++];
                return escaped switch
                {
                    'b' or 'B' or 'A' or 'z' or 'Z' or 'G' or 'K' => [[]],
                    'd' => [[new Part('1', Kind.Open)]],
                    'w' or 'S' or 'D' or 'N' or 'h' or 'H' or 'R' or 'X' => [[new Part('a', Kind.Open)]],
                    'W' or 's' => [[new Part('-', Kind.Open)]],
                    _ => [[new Part(escaped, Kind.Fixed)]],
                };
            default:
                return [[new Part(c, Kind.Fixed)]];
        }
    }

    private List<Part[]> Group(int depth)
    {
        var takesNothing = false;
        if (at < text.Length && text[at] == '?')
        {
            takesNothing = text.AsSpan(at) is ['?', '=' or '!', ..] or ['?', '<', '=' or '!', ..];
            while (at < text.Length && text[at] is not (':' or '>' or '=' or '!' or '\'' or ')')) at++;
            if (at < text.Length && text[at] == '\'') at = Math.Max(at, text.IndexOf('\'', at + 1));
            if (at < text.Length && text[at] != ')') at++;
        }
        if (depth >= MostDepth)
        {
            at = text.Length;
            return [];
        }
        var inner = Alternatives(depth + 1);
        if (at < text.Length) at++;
        return takesNothing ? [[]] : inner;
    }

    /// <summary>With what stands behind it: `?`, `*`, `+`, `{2,3}`, lazy or possessive.</summary>
    private List<Part[]> Repeated(List<Part[]> term)
    {
        if (at >= text.Length) return term;
        var (isOptional, least) = (false, 1);
        switch (text[at])
        {
            case '?' or '*':
                isOptional = true;
                if (text[at] == '*') term = Open(term);
                break;
            case '+':
                term = Open(term);
                break;
            case '{' when text.IndexOf('}', at) is > 0 and var end && text[(at + 1)..end] is { Length: > 0 } bounds && bounds.All(c => char.IsAsciiDigit(c) || c == ','):
                isOptional = !int.TryParse(bounds.Split(',')[0], out least) || least == 0;
                at = end;
                break;
            default:
                return term;
        }
        at++;
        if (at < text.Length && text[at] is '?' or '+') at++;
        var all = term;
        for (var i = 1; i < Math.Min(least, MostRepeated); i++) all = Behind(all, term);
        return isOptional ? [.. all.Append([]).Take(MostSamples)] : all;
    }

    /// <summary>What is repeated without bound is none of its single characters.</summary>
    private static List<Part[]> Open(List<Part[]> term) => [.. term.Select(sample => sample.Length == 1 && sample[0].Kind == Kind.AnyOne ? [new Part('a', Kind.Open)] : sample)];

    private static List<Part[]> Behind(List<Part[]> first, List<Part[]> second) => [.. first.SelectMany(_ => second, (before, behind) => (Before: before, Behind: behind)).Where(pair => pair.Before.Length + pair.Behind.Length <= MostLength).Take(MostSamples).Select(pair => (Part[])[.. pair.Before, .. pair.Behind])];

    private static char Member(string group)
    {
        try
        {
            var one = new Regex(group, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            foreach (var c in "a1-A_./:")
                if (one.IsMatch(c.ToString())) return c;
        }
        catch (ArgumentException)
        {
            // Written as only PCRE reads it: a letter is as good as any, and whether the sample is taken is tried.
        }
        return 'a';
    }
}
