using System.Collections.Immutable;
using System.Net;

namespace Plimsoll.Engines.Http;

/// <summary>What is particular to one kind of server: which answers mean something, and how its failures are told.</summary>
/// <param name="Code">Begins the codes of its failures, `registry` for `registry-busy`.</param>
/// <param name="Name">Begins their sentences: `The registry`.</param>
internal sealed record ServerKind(string Code, string Name)
{
    /// <summary>Answers besides successes that are no failure to this kind's clients.</summary>
    public required ImmutableArray<HttpStatusCode> Answers { get; init; }

    // What to do about it, one sentence for each kind of failure.
    public required string WhenBusy { get; init; }
    public required string WhenUntrusted { get; init; }
    public required string WhenRefused { get; init; }
    public required string WhenUnreachable { get; init; }
}
