using System.Text;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>A text with `%{tx.score}` in it, taken apart.</summary>
internal sealed class Macro
{
    private readonly Part[] parts;

    private Macro(Part[] parts) => this.parts = parts;

    /// <summary>The text when there is nothing to put in.</summary>
    public Bytes? Constant => parts.Length == 0 ? Bytes.Empty : parts.Length == 1 && parts[0].Variable == Variable.None ? parts[0].Literal : null;

    /// <summary>Whether it has nothing in it that came with the message: notes of rules that are not what a pattern captured.</summary>
    public bool IsOfNotes => Array.TrueForAll(parts, part => part.Variable == Variable.None || (part.Variable == Variable.Tx && part is { Pattern: null, Slot: >= Captures.Most }));

    /// <param name="slot">Gives the place of a note of TX.</param>
    public static Macro Read(string text, Func<string, int> slot, Place place, RuleFaults faults)
    {
        var read = new List<Part>();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("%{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0) open = text.Length;
            if (open > at) read.Add(new(Variable.None, new(Encoding.Latin1.GetBytes(text[at..open])), 0));
            if (close < 0) break;
            if (Reference(text[(open + 2)..close], slot, place, faults) is { } part) read.Add(part);
            else faults.Add(place, $"`{text[open..(close + 1)]}` names no variable that is known here", "docs/guard-rules.md lists those that are; a member is written as `%{tx.score}`.");
            at = close + 1;
        }
        return new([.. read]);
    }

    public Bytes Expand(Transaction transaction)
    {
        if (Constant is { } constant) return constant;
        if (parts.Length == 1) return parts[0].Read(transaction);
        var all = Bytes.Empty;
        foreach (ref readonly var part in parts.AsSpan())
        {
            var next = part.Variable == Variable.None ? part.Literal : part.Read(transaction);
            all = all.Length == 0 ? next : next.Length == 0 ? all : transaction.Scratch.Join(all.Span, next.Span);
        }
        return all;
    }

    /// <summary>`tx.score`, or `ARGS:/^id/` for the first of that kind.</summary>
    private static Part? Reference(string text, Func<string, int> slot, Place place, RuleFaults faults)
    {
        var dot = text.IndexOfAny(['.', ':']);
        if (Words.Variables.Known(dot < 0 ? text : text[..dot]) is not { } known) return null;
        var (variable, name) = (Variables.Of(known), dot < 0 ? "" : text[(dot + 1)..]);
        if (name.Length > 1 && name[0] == '/' && name[^1] == '/' && (variable == Variable.Tx || Variables.Members(variable) != MemberSet.None)) return Probes.Pattern("(?i)" + name[1..^1], place, faults) is { } pattern ? new(variable, Bytes.Empty, -1, pattern) : new(Variable.None, Bytes.Empty, 0);
        return new(variable, new(Encoding.Latin1.GetBytes(name)), variable == Variable.Tx ? slot(name) : -1);
    }

    /// <param name="Literal">The text itself, or the name of a member.</param>
    /// <param name="Slot">Of a note of TX.</param>
    /// <param name="Pattern">Of the member's name; null where it is spelt.</param>
    private readonly record struct Part(Variable Variable, Bytes Literal, int Slot, Probe? Pattern = null)
    {
        public Bytes Read(Transaction transaction) => Pattern is null ? transaction.Read(Variable, Literal, Slot) : transaction.Read(Variable, Pattern);
    }
}
