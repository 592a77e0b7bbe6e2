using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>One rule that is asked of value after value.</summary>
internal ref struct Asking(Transaction transaction, CompiledRule rule, Bytes argument)
{
    public readonly Transaction Transaction => transaction;
    public readonly CompiledRule Rule => rule;

    public bool HasMatched { get; private set; }

    /// <summary>Of every form of the value that was asked last.</summary>
    private bool hasSaidNo;

    /// <summary>Of a member or a variable that is one value: what transformations make of it is kept.</summary>
    public void AskMember(Variable variable, int member, bool ofName)
    {
        if (rule.Bit >= 0 && !transaction.Shortlist.Has(member, ofName, rule.Bit)) return;
        ref var one = ref transaction[member];
        hasSaidNo = true;
        Ask(variable, one.Name, ofName ? one.Name : one.Content, ref ofName ? ref one.NameForms : ref one.Forms);
        if (rule.Bit >= 0 && hasSaidNo) transaction.Shortlist.Refute(member, ofName, rule.Bit);
    }

    public void Ask(Variable variable, Bytes name, Bytes content)
    {
        var forms = 0;
        Ask(variable, name, content, ref forms);
    }

    private void Ask(Variable variable, Bytes name, Bytes content, ref int forms)
    {
        if (rule.Forms is not { } several)
        {
            AskForm(variable, name, content, transaction.Form(content, ref forms, rule.Form));
            return;
        }
        var before = default(Bytes);
        var isFirst = true;
        foreach (var node in several)
        {
            var form = transaction.Form(content, ref forms, node);
            // What a transformation left as it was is not asked again.
            if (isFirst || !form.Span.SequenceEqual(before.Span)) AskForm(variable, name, content, form);
            (before, isFirst) = (form, false);
        }
    }

    private void AskForm(Variable variable, Bytes name, Bytes content, Bytes value)
    {
        // A long value is judged once, where each of its patterns may take long.
        if (value.Length > Effort.LongValue && rule.Overruling is { } beforehand && beforehand.Overrules(content, value, transaction.Overruled)) return;
        var captures = rule.Captures ? transaction.Captures : null;
        captures?.Clear();
        var answer = rule.Probe!.Ask(value.Span, argument, captures, transaction.Effort);
        if (answer == Answer.Unknown)
        {
            transaction.IsIncomplete = true;
            hasSaidNo = false;
            return;
        }
        if (answer == Answer.Yes == rule.IsNegated) return;
        if (rule.Overruling is { } overruling && overruling.Overrules(content, value, transaction.Overruled)) return;
        HasMatched = true;
        hasSaidNo = false;
        var matched = new Matched(variable, name, value);
        transaction.LastMatch = matched;
        transaction.MatchedNow.Add(matched);
        if (captures is not null && answer == Answer.Yes) Keep(captures, value);
        foreach (var effect in rule.Effects) effect.Apply(transaction);
    }

    /// <summary>TX.0 to TX.9; the groups of an earlier match are gone.</summary>
    private readonly void Keep(Captures captures, Bytes value)
    {
        for (var group = 0; group < Captures.Most; group++)
        {
            if (group < captures.Count) transaction.Notes.Set(group, value.Slice(captures[group].Start, captures[group].Length));
            else transaction.Notes.Unset(group);
        }
    }
}
