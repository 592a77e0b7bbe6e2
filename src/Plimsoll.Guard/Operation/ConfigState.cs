namespace Plimsoll.Guard.Operation;

/// <summary>Which configuration is in force, and what is wrong with the one that is not.</summary>
/// <param name="Generation">1 for the first, one more with each that was loaded.</param>
/// <param name="Loaded">When that was.</param>
/// <param name="Refused">Configurations that were refused since the start.</param>
/// <param name="Faults">Of the last one that was tried; none when it is in force.</param>
internal sealed record ConfigState(int Generation, DateTimeOffset Loaded, int Refused, IReadOnlyList<string> Faults)
{
    public ConfigState LoadedAt(DateTimeOffset now) => new(Generation + 1, now, Refused, []);

    public ConfigState RefusedFor(IReadOnlyList<string> faults) => this with { Refused = Refused + 1, Faults = faults };
}
