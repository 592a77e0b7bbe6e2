namespace Plimsoll.Guard.Events;

/// <summary>What happened to the guard itself.</summary>
/// <param name="Name">`configuration-loaded`, `configuration-refused`.</param>
/// <param name="Generation">Of the configuration that is in force.</param>
/// <param name="Faults">Why it was refused.</param>
internal sealed record Notice(DateTimeOffset Time, string Name, int Generation, IReadOnlyList<string> Faults);
