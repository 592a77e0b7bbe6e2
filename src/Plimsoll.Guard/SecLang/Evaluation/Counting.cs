namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>`&amp;ARGS:name`: how many members there are.</summary>
internal readonly ref struct Counting(Transaction transaction, CompiledRule rule)
{
    public int Count(CompiledTarget target)
    {
        var set = Variables.Members(target.Variable);
        if (target.Variable == Variable.Xml) set = target.Name.AsSpan().SequenceEqual("/*"u8) ? MemberSet.XmlTexts : MemberSet.XmlAttributes;
        if (set != MemberSet.None) return Members(target, set);
        return target.Variable switch
        {
            Variable.Tx => Notes(target),
            Variable.MatchedVars or Variable.MatchedVarsNames => transaction.MatchedBefore.Count,
            Variable.MatchedVar or Variable.MatchedVarName => transaction.LastMatch.Variable == Variable.None ? 0 : 1,
            Variable.Ip or Variable.Global or Variable.Session or Variable.Geo => Remembered(target),
            Variable.Duration => 1,
            _ => transaction.Has(target.Variable) ? 1 : 0,
        };
    }

    private int Members(CompiledTarget target, MemberSet set)
    {
        var count = 0;
        for (var i = Transaction.FirstMember; i < transaction.Count; i++)
        {
            if ((transaction[i].Set & set) == 0) continue;
            if (target.Variable != Variable.Xml && !target.Takes(transaction[i].Name.Span, transaction.Effort)) continue;
            if (!transaction.IsExcluded(rule, target.Variable, transaction[i].Name.Span)) count++;
        }
        return count;
    }

    private int Notes(CompiledTarget target)
    {
        var notes = transaction.Notes;
        if (target.Slot >= 0) return notes.IsSet(target.Slot) ? 1 : 0;
        var count = 0;
        for (var place = 0; place < notes.Count; place++)
            if (notes.IsSet(place) && target.Takes(notes.Name(place), transaction.Effort)) count++;
        return count;
    }

    private int Remembered(CompiledTarget target)
    {
        if (target.Selection == Selection.Name) return transaction.Opened(target.Variable)?.Read(target.Name) is null ? 0 : 1;
        var count = 0;
        foreach (var (name, _) in transaction.Opened(target.Variable)?.All() ?? [])
            if (target.Takes(System.Text.Encoding.Latin1.GetBytes(name), transaction.Effort)) count++;
        return count;
    }
}
