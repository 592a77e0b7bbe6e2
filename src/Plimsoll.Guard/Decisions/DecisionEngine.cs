namespace Plimsoll.Guard.Decisions;

/// <summary>Asks the inspectors in their order and turns a verdict into a decision. Immutable.</summary>
internal sealed class DecisionEngine
{
    private readonly IInspector[] inspectors;

    public DecisionEngine(IEnumerable<IInspector> inspectors, Mode mode, FailMode failMode)
    {
        this.inspectors = [.. inspectors];
        Mode = mode;
        FailMode = failMode;
        foreach (var inspector in this.inspectors) Needs |= inspector.Needs;
    }

    /// <summary>Of all inspectors together.</summary>
    public Needs Needs { get; }

    public Mode Mode { get; }
    public FailMode FailMode { get; }

    /// <summary>The first verdict that is against the message. An inspector that throws has a bug, which becomes a verdict; in fail mode open the others are asked all the same.</summary>
    public Verdict Inspect(Message message, Needs stage)
    {
        var noted = default(Verdict);
        if ((Needs & stage) == 0) return noted;
        foreach (var inspector in inspectors)
        {
            if ((inspector.Needs & stage) == 0) continue;
            noted = Worse(noted, Ask(inspector, message, stage));
            if (!GoesOnAfter(noted)) return noted;
        }
        return noted;
    }

    /// <summary>Whether there is more to ask: nothing was said yet that refuses.</summary>
    public bool GoesOnAfter(Verdict verdict) => Decide(verdict) != Decision.Refuse;

    /// <summary>What is known to be wrong comes before what could not be inspected.</summary>
    public static Verdict Worse(Verdict first, Verdict second) => first.Passes || (Reasons.IsUninspected(first.Reason) && !second.Passes && !Reasons.IsUninspected(second.Reason)) ? second : first;

    private static Verdict Ask(IInspector inspector, Message message, Needs stage)
    {
        try
        {
            return inspector.Inspect(message, stage);
        }
        catch (Exception)
        {
            return new(Reason.InspectorFailed);
        }
    }

    public Decision Decide(Verdict verdict)
    {
        if (verdict.Passes) return Decision.Forward;
        if (!Reasons.HasOneReading(verdict.Reason)) return Decision.Refuse;
        if (Mode == Mode.Detect) return Decision.ForwardRecorded;
        return Reasons.IsUninspected(verdict.Reason) && FailMode == FailMode.Open ? Decision.ForwardRecorded : Decision.Refuse;
    }
}
