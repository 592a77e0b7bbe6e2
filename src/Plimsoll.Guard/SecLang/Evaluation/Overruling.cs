using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Overrules a rule of SQL injection or cross-site scripting that looks for words, where a value that it matches changes nothing of the structure around it.</summary>
internal sealed class Overruling
{
    private delegate bool Judge(ReadOnlySpan<byte> value);

    private static readonly Overruling ofSql = new(static value => !SqlInjection.IsInjection(value) && OrdinaryWords.HasNoSql(value));
    private static readonly Overruling ofMarkup = new(static value => !MarkupInjection.IsInjection(value) && OrdinaryWords.HasNoMarkup(value));

    private readonly Judge isOrdinary;

    private Overruling(Judge isOrdinary) => this.isOrdinary = isOrdinary;

    /// <summary>Null for a rule that counts as it stands.</summary>
    public static Overruling? Of(Rule rule)
    {
        if (rule.Id == 0 || rule.Test is not { IsNegated: false, Operator: not ("detectSQLi" or "detectXSS") }) return null;
        if (rule.Tags.Contains("attack-sqli")) return ofSql;
        return rule.Tags.Contains("attack-xss") ? ofMarkup : null;
    }

    /// <param name="known">What was said of values of the same request.</param>
    public bool Overrules(Bytes content, Bytes form, List<(Overruling By, Bytes Value, bool IsOrdinary)> known) => IsOrdinary(content, known) && IsOrdinary(form, known);

    private bool IsOrdinary(Bytes value, List<(Overruling By, Bytes Value, bool IsOrdinary)> known)
    {
        const int mostKept = 32; // Of short values it is judged sooner than looked for.
        if (value.Length <= Effort.LongValue) return isOrdinary(value.Span);
        foreach (var one in known)
            if (one.By == this && one.Value.Span == value.Span) return one.IsOrdinary;
        var said = isOrdinary(value.Span);
        if (known.Count < mostKept) known.Add((this, value, said));
        return said;
    }
}
