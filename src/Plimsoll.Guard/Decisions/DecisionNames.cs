namespace Plimsoll.Guard.Decisions;

/// <summary>What events and metrics call a decision.</summary>
internal static class DecisionNames
{
    public static string Of(Decision decision) => decision switch
    {
        Decision.Forward => "forwarded",
        Decision.ForwardRecorded => "detected",
        _ => "refused",
    };
}
