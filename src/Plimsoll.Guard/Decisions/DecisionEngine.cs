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

    /// <summary>The first verdict that is against the message. An inspector that throws has a bug, which becomes a verdict.</summary>
    public Verdict Inspect(Message message, Needs stage)
    {
        if ((Needs & stage) == 0) return default;
        foreach (var inspector in inspectors)
        {
            if ((inspector.Needs & stage) == 0) continue;
            try
            {
                var verdict = inspector.Inspect(message, stage);
                if (!verdict.Passes) return verdict;
            }
            catch (Exception)
            {
                return new(Reason.InspectorFailed);
            }
        }
        return default;
    }

    public Decision Decide(Verdict verdict)
    {
        if (verdict.Passes) return Decision.Forward;
        if (!Reasons.HasOneReading(verdict.Reason)) return Decision.Refuse;
        if (Mode == Mode.Detect) return Decision.ForwardRecorded;
        return Reasons.IsUninspected(verdict.Reason) && FailMode == FailMode.Open ? Decision.ForwardRecorded : Decision.Refuse;
    }
}
