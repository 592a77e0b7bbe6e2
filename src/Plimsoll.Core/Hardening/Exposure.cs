namespace Plimsoll.Core.Hardening;

/// <summary>Who can reach the application of a deployment.</summary>
/// <param name="Reason">A sentence: which port is published where.</param>
public sealed record Exposure(Reach Reach, string Reason)
{
    /// <summary>What is published makes a finding one step graver, what nobody outside reaches one step less.</summary>
    public HardeningSeverity Rank(HardeningSeverity severity) => Reach switch
    {
        Reach.Published when severity < HardeningSeverity.Critical => severity + 1,
        Reach.Nobody when severity > HardeningSeverity.Low => severity - 1,
        _ => severity,
    };
}

/// <summary>From where an application can be reached, the nearest first.</summary>
public enum Reach
{
    /// <summary>From no place but the deployment's own network.</summary>
    Nobody,

    /// <summary>From the machine or the cluster that it runs on.</summary>
    Inside,

    /// <summary>From outside of these.</summary>
    Published,
}
