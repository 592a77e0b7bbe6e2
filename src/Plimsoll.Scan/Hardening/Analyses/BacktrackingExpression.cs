namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// Finds groups of an expression that are repeated without bound while their own content is, too, with nothing between that tells the rounds apart: `(a+)+`,
/// `([\w.]+\.?)*`. It knows classes of ASCII characters; groups that look ahead or back are passed over.
/// </summary>
internal sealed class BacktrackingExpression
{
    private const int MostDepth = 32;
    private const int MostText = 4096;

    private readonly string text;
    private int at;
    private string? found;

    private BacktrackingExpression(string text) => this.text = text;

    /// <param name="Set">Characters that one of it takes.</param>
    /// <param name="IsOptional">May take nothing.</param>
    /// <param name="IsUnbounded">May be repeated without bound.</param>
    private readonly record struct Atom(UInt128 Set, bool IsOptional, bool IsUnbounded);

    /// <summary>The part that runs away; null for none.</summary>
    public static string? Runs(string pattern)
    {
        if (pattern.Length > MostText) return null; // Longer than nginx takes as one word.
        var expression = new BacktrackingExpression(pattern);
        expression.Alternatives(0);
        return expression.found;
    }

    private List<List<Atom>> Alternatives(int depth)
    {
        var all = new List<List<Atom>> { new() };
        while (at < text.Length && text[at] != ')')
        {
            if (text[at] == '|')
            {
                at++;
                all.Add([]);
                continue; // The next alternative.
            }
            if (text[at] is '^' or '$')
            {
                at++;
                continue; // Takes no character.
            }
            if (text[at] == '(') Group(depth, all[^1]);
            else
            {
                var set = One();
                var (optional, unbounded) = Repeat();
                all[^1].Add(new Atom(set, optional, unbounded));
            }
        }
        return all;
    }

    private void Group(int depth, List<Atom> to)
    {
        var start = at++;
        var isLook = Head();
        if (depth >= MostDepth)
        {
            at = text.Length;
            return;
        }
        var inner = Alternatives(depth + 1);
        if (at < text.Length) at++;
        var (optional, unbounded) = Repeat();
        if (isLook) return;
        if (unbounded && (inner.Exists(IsAmbiguous) || Overlap(inner))) found ??= text[start..at];
        var isOnePass = inner.Count == 1 && !unbounded;
        if (isOnePass && !optional) to.AddRange(inner[0]);
        else to.Add(new Atom(inner.SelectMany(part => part).Aggregate(UInt128.Zero, (set, atom) => set | atom.Set), optional || inner.Exists(part => part.TrueForAll(atom => atom.IsOptional)), unbounded || inner.Exists(part => part.Exists(atom => atom.IsUnbounded))));
    }

    /// <summary>One round may be split anywhere: something unbounded, and all else is optional or takes the same characters.</summary>
    private static bool IsAmbiguous(List<Atom> round) =>
        round.Exists(atom => atom.IsUnbounded && round.TrueForAll(other => other.IsOptional || (other.Set & ~atom.Set) == 0));

    /// <summary>Two alternatives of one character that share one: `(a|a)*`.</summary>
    private static bool Overlap(List<List<Atom>> alternatives)
    {
        var seen = UInt128.Zero;
        foreach (var alternative in alternatives)
        {
            if (alternative is not [{ IsOptional: false } only]) continue; // Longer ones tell themselves apart.
            if ((seen & only.Set) != 0) return true;
            seen |= only.Set;
        }
        return false;
    }

    /// <summary>Behind `(`: kinds of groups. True for one that only looks.</summary>
    private bool Head()
    {
        if (at >= text.Length || text[at] != '?') return false;
        var isLook = text.AsSpan(at) is ['?', '=' or '!', ..] or ['?', '<', '=' or '!', ..] or ['?', '>', ..];
        while (at < text.Length && text[at] is not (':' or '>' or '=' or '!' or '\'' or ')')) at++;
        if (at < text.Length && text[at] == '\'') at = Math.Max(at, text.IndexOf('\'', at + 1));
        if (at < text.Length && text[at] != ')') at++;
        return isLook;
    }

    private (bool IsOptional, bool IsUnbounded) Repeat()
    {
        if (at >= text.Length) return (false, false);
        var (optional, unbounded) = (false, false);
        switch (text[at])
        {
            case '*':
                (optional, unbounded) = (true, true);
                break;
            case '+':
                unbounded = true;
                break;
            case '?':
                optional = true;
                break;
            case '{' when text.IndexOf('}', at) is > 0 and var end && text[(at + 1)..end] is var bounds && bounds.Length > 0 && bounds.All(c => char.IsAsciiDigit(c) || c == ','):
                (optional, unbounded) = (bounds.StartsWith('0') && bounds != "0", bounds.EndsWith(','));
                at = end;
                break;
            default:
                return (false, false);
        }
        at++;
        if (at < text.Length && text[at] == '+')
        {
            at++; // Possessive: it gives nothing back.
            return (optional, false);
        }
        if (at < text.Length && text[at] == '?') at++;
        return (optional, unbounded);
    }

    private UInt128 One()
    {
        var c = text[at++];
        if (c == '.') return UInt128.MaxValue;
        if (c == '\\') return at < text.Length ? Escaped(text[at++]) : Bit('\\');
        return c == '[' ? Class() : Bit(c);
    }

    private UInt128 Class()
    {
        var negated = at < text.Length && text[at] == '^';
        if (negated) at++;
        var set = UInt128.Zero;
        for (var first = true; at < text.Length && (first || text[at] != ']'); first = false)
        {
            var c = text[at++];
            if (c == '\\' && at < text.Length) set |= Escaped(text[at++]);
            else if (c == '[' && at < text.Length && text[at] == ':' && text.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end)
            {
                set |= Escaped('w');
                at = end + 2;
            }
            else if (at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
            {
                for (var member = c; member <= text[at + 1] && member < 128; member++) set |= Bit(member);
                at += 2;
            }
            else set |= Bit(c);
        }
        if (at < text.Length) at++;
        return negated ? ~set : set;
    }

    private static UInt128 Escaped(char c) => c switch
    {
        'd' => Of(char.IsAsciiDigit),
        'D' => ~Of(char.IsAsciiDigit),
        'w' => Of(member => char.IsAsciiLetterOrDigit(member) || member == '_'),
        'W' => ~Of(member => char.IsAsciiLetterOrDigit(member) || member == '_'),
        's' => Of(char.IsWhiteSpace),
        'S' => ~Of(char.IsWhiteSpace),
        'b' or 'B' or 'A' or 'z' or 'Z' => UInt128.Zero,
        'n' => Bit('\n'),
        'r' => Bit('\r'),
        't' => Bit('\t'),
        _ => Bit(c),
    };

    private static UInt128 Of(Func<char, bool> has)
    {
        var set = UInt128.Zero;
        for (var c = '\0'; c < 128; c++)
            if (has(c)) set |= Bit(c);
        return set;
    }

    /// <summary>Characters beyond ASCII share the last bit with DEL.</summary>
    private static UInt128 Bit(char c) => UInt128.One << Math.Min((int)c, 127);
}
