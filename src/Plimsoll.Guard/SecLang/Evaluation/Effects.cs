namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>What a rule does for each value that it matches.</summary>
internal abstract class Effect
{
    public abstract void Apply(Transaction transaction);
}

/// <summary>`setvar:tx.score=+5`, `setvar:!tx.score`, `setvar:ip.counter=1`.</summary>
internal sealed class SetNote(Variable collection, Macro name, int slot, SetNote.Change change, Macro content) : Effect
{
    public enum Change : byte
    {
        Set,
        Add,
        Subtract,
        Unset,
    }

    public override void Apply(Transaction transaction)
    {
        if (collection != Variable.Tx)
        {
            Remembered(transaction);
            return;
        }
        var notes = transaction.Notes;
        var place = slot >= 0 ? slot : change == Change.Unset ? notes.Find(name.Expand(transaction).Span) : notes.Make(name.Expand(transaction));
        if (place < 0) return;
        switch (change)
        {
            case Change.Unset:
                notes.Unset(place);
                break;
            case Change.Set:
                notes.Set(place, content.Expand(transaction));
                break;
            default:
                notes.Add(place, Amount(transaction));
                break;
        }
    }

    private void Remembered(Transaction transaction)
    {
        if (transaction.Opened(collection) is not { } opened) return;
        var key = name.Expand(transaction).Span;
        if (change == Change.Unset) opened.Unset(key);
        else if (change == Change.Set) opened.Set(key, content.Expand(transaction).Span);
        else opened.Add(key, Amount(transaction));
    }

    private long Amount(Transaction transaction)
    {
        var number = Notes.Number(content.Expand(transaction).Span);
        return change == Change.Subtract ? -number : number;
    }
}

/// <summary>`initcol:ip=%{REMOTE_ADDR}`.</summary>
internal sealed class OpenCollection(Variable collection, Macro key) : Effect
{
    public override void Apply(Transaction transaction) => transaction.Open(collection, key.Expand(transaction).Span);
}

/// <summary>`expirevar:ip.blocked=60`, in seconds.</summary>
internal sealed class ExpireNote(Variable collection, Macro name, Macro seconds) : Effect
{
    public override void Apply(Transaction transaction) => transaction.Opened(collection)?.Expire(name.Expand(transaction).Span, Notes.Number(seconds.Expand(transaction).Span));
}

/// <summary>`ctl:ruleRemoveById=…`, `ctl:ruleRemoveByTag=…`.</summary>
internal sealed class RemoveRules(ulong[] rules) : Effect
{
    public override void Apply(Transaction transaction) => transaction.Remove(rules);
}

/// <summary>`ctl:ruleRemoveTargetById=942100;ARGS:comment`.</summary>
internal sealed class RemoveTarget(ulong[] rules, CompiledTarget target) : Effect
{
    public override void Apply(Transaction transaction) => transaction.Remove(rules, target);
}

internal enum Engine : byte
{
    On,
    DetectionOnly,
    Off,
}

/// <summary>`ctl:ruleEngine=DetectionOnly`.</summary>
internal sealed class SetEngine(Engine engine) : Effect
{
    public override void Apply(Transaction transaction) => transaction.Engine = engine;
}

/// <summary>`ctl:forceRequestBodyVariable=On`.</summary>
internal sealed class ForceBody(bool isOn) : Effect
{
    public override void Apply(Transaction transaction) => transaction.ForcesBody = isOn;
}

/// <summary>`ctl:requestBodyProcessor=URLENCODED`.</summary>
internal sealed class SetProcessor(byte[] name) : Effect
{
    public override void Apply(Transaction transaction) => transaction.SetProcessor(name);
}
