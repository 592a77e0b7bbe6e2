using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Overrules a rule of SQL injection or cross-site scripting that looks for words, where a value that it matches changes nothing of the structure around it.</summary>
internal sealed class Overruling
{
    private delegate bool Judge(ReadOnlySpan<byte> value);

    private readonly Judge isOrdinary;

    private Overruling(Judge isOrdinary) => this.isOrdinary = isOrdinary;

    /// <summary>Null for a rule that counts as it stands.</summary>
    public static Overruling? Of(Rule rule)
    {
        if (rule.Id == 0 || rule.Test is not { IsNegated: false, Operator: not ("detectSQLi" or "detectXSS") }) return null;
        if (rule.Tags.Contains("attack-sqli")) return new(static value => !SqlInjection.IsInjection(value) && OrdinaryWords.HasNoSql(value));
        return rule.Tags.Contains("attack-xss") ? new(static value => !MarkupInjection.IsInjection(value) && OrdinaryWords.HasNoMarkup(value)) : null;
    }

    public bool Overrules(ReadOnlySpan<byte> content, ReadOnlySpan<byte> form) => isOrdinary(content) && isOrdinary(form);
}
