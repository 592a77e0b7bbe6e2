using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Runs the rules of one phase over a transaction.</summary>
internal static class Evaluator
{
    /// <param name="goesOn">Whether rules are asked after one that refuses, so that all that match are told.</param>
    public static void Run(Transaction transaction, int phase, bool goesOn)
    {
        const int logging = RuleProgram.Phases;
        transaction.Phase = phase;
        if (transaction.Engine == Engine.Off || (phase <= transaction.AllowedUntil && phase != logging)) return;
        var rules = transaction.Program.Rules[phase];
        var isRefused = false;
        var isPassedOver = false;
        transaction.Shortlist.Update(transaction);
        for (var i = 0; i < rules.Length;)
        {
            var rule = rules[i++];
            if (transaction.IsRemoved(rule)) continue;
            if (rule.Bit >= 0 && !transaction.Shortlist.Has(rule.Bit))
            {
                isPassedOver = true;
                continue;
            }
            // The rule before said no, as far as this one can see.
            if (isPassedOver) transaction.MatchedNow.Clear();
            isPassedOver = false;
            if (!MatchesAll(transaction, rule)) continue;
            if (rule.IsLogged) transaction.Tell(rule);
            switch (rule.Disruption)
            {
                case Disruption.Deny when phase != logging && transaction.Engine == Engine.On:
                    if (transaction.Against.Passes) transaction.Refuse(rule, Where(phase));
                    isRefused = true;
                    break;
                case Disruption.Allow:
                    transaction.AllowedUntil = logging - 1;
                    return;
                case Disruption.AllowRequest:
                    transaction.AllowedUntil = 2;
                    return;
                case Disruption.AllowPhase:
                    return;
            }
            if (isRefused && !goesOn) return;
            if (transaction.Engine == Engine.Off) return;
            i += rule.Skips;
            if (rule.GoesOnAt > 0)
                while (i < rules.Length && rules[i].Order < rule.GoesOnAt) i++;
        }
    }

    private static Part Where(int phase) => phase switch
    {
        1 => Part.Head,
        2 => Part.Body,
        _ => Part.Response,
    };

    private static bool MatchesAll(Transaction transaction, CompiledRule first)
    {
        for (var rule = first; rule is not null; rule = rule.Next)
        {
            transaction.Turn();
            if (!Matches(transaction, rule)) return false;
            if (rule == first) transaction.FirstMatch = rule.Probe is null ? default : transaction.LastMatch;
        }
        return true;
    }

    private static bool Matches(Transaction transaction, CompiledRule rule)
    {
        if (rule.Probe is null)
        {
            foreach (var effect in rule.Effects) effect.Apply(transaction);
            return true;
        }
        var asking = new Asking(transaction, rule, rule.Argument?.Expand(transaction) ?? Bytes.Empty);
        foreach (var target in rule.Targets) Look(ref asking, target);
        return asking.HasMatched;
    }

    private static void Look(ref Asking asking, CompiledTarget target)
    {
        var transaction = asking.Transaction;
        if (target.IsCount)
        {
            var counter = new Counting(transaction, asking.Rule);
            asking.Ask(target.Variable, new(target.Name), transaction.Scratch.Number(counter.Count(target)));
            return;
        }
        var set = Variables.Members(target.Variable);
        if (target.Variable == Variable.Xml) set = target.Name.AsSpan().SequenceEqual("/*"u8) ? MemberSet.XmlTexts : MemberSet.XmlAttributes;
        if (set != MemberSet.None) LookAtMembers(ref asking, target, set);
        else if (target.Variable == Variable.Tx) LookAtNotes(ref asking, target);
        else if (target.Variable is Variable.MatchedVars or Variable.MatchedVarsNames) LookAtMatched(ref asking, target);
        else if (Variables.IsOfNotes(target.Variable)) LookAtRemembered(ref asking, target);
        else if (target.Variable is Variable.MatchedVar or Variable.MatchedVarName) asking.Ask(target.Variable, Bytes.Empty, transaction.Read(target.Variable, Bytes.Empty, -1));
        else
        {
            if (Variables.IsMoving(target.Variable)) transaction.Single(target.Variable);
            if (!transaction.Has(target.Variable) || transaction.IsExcluded(asking.Rule, target.Variable, default)) return;
            asking.AskMember(target.Variable, (int)target.Variable, ofName: false);
        }
    }

    private static void LookAtMembers(ref Asking asking, CompiledTarget target, MemberSet set)
    {
        var transaction = asking.Transaction;
        var isXml = target.Variable == Variable.Xml;
        var ofNames = Variables.IsOfNames(target.Variable);
        for (var i = Transaction.FirstMember; i < transaction.Count; i++)
        {
            if ((transaction[i].Set & set) == 0) continue;
            var name = transaction[i].Name.Span;
            if (!isXml && !target.Takes(name, transaction.Effort)) continue;
            if (transaction.IsExcluded(asking.Rule, target.Variable, isXml ? target.Name : name)) continue;
            asking.AskMember(target.Variable, i, ofNames);
        }
    }

    private static void LookAtNotes(ref Asking asking, CompiledTarget target)
    {
        var notes = asking.Transaction.Notes;
        if (target.Slot >= 0)
        {
            if (notes.IsSet(target.Slot) && !asking.Transaction.IsExcluded(asking.Rule, Variable.Tx, target.Name)) asking.Ask(Variable.Tx, new(target.Name), notes[target.Slot]);
            return;
        }
        var count = notes.Count; // Not those that this rule makes.
        for (var place = 0; place < count; place++)
        {
            if (!notes.IsSet(place) || !target.Takes(notes.Name(place), asking.Transaction.Effort) || asking.Transaction.IsExcluded(asking.Rule, Variable.Tx, notes.Name(place))) continue;
            asking.Ask(Variable.Tx, asking.Transaction.Scratch.Copy(notes.Name(place)), notes[place]);
        }
    }

    private static void LookAtMatched(ref Asking asking, CompiledTarget target)
    {
        foreach (var matched in asking.Transaction.MatchedBefore)
        {
            var name = asking.Transaction.NameOf(matched);
            if (!target.Takes(name.Span, asking.Transaction.Effort) || asking.Transaction.IsExcluded(asking.Rule, target.Variable, name.Span)) continue;
            asking.Ask(matched.Variable, matched.Name, target.Variable == Variable.MatchedVars ? matched.Content : name);
        }
    }

    private static void LookAtRemembered(ref Asking asking, CompiledTarget target)
    {
        if (asking.Transaction.Opened(target.Variable) is not { } opened) return;
        if (target.Selection == Selection.Name)
        {
            if (opened.Read(target.Name) is { } one && !asking.Transaction.IsExcluded(asking.Rule, target.Variable, target.Name)) asking.Ask(target.Variable, new(target.Name), new(one));
            return;
        }
        foreach (var (name, content) in opened.All())
        {
            var bytes = System.Text.Encoding.Latin1.GetBytes(name);
            if (target.Takes(bytes, asking.Transaction.Effort) && !asking.Transaction.IsExcluded(asking.Rule, target.Variable, bytes)) asking.Ask(target.Variable, new(bytes), new(content));
        }
    }
}
