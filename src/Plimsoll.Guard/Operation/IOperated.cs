using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Operation;

/// <summary>A guard as its admin listener sees it. Asked from several threads at once.</summary>
internal interface IOperated
{
    bool IsDraining { get; }

    /// <summary>Why what comes now could not be served; null when it can.</summary>
    string? Unready { get; }

    /// <summary>Which configuration is in force, or which profile.</summary>
    ConfigState Config { get; }

    /// <summary>How often what is learned was new; null where nothing is learned.</summary>
    Convergence? Learning => null;

    /// <summary>The page of metrics.</summary>
    /// <param name="isOpen">OpenMetrics instead of Prometheus' text.</param>
    string Metrics(bool isOpen);
}
