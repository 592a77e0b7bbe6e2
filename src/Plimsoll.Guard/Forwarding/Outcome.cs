using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Forwarding;

/// <summary>What became of a request that was to be forwarded.</summary>
/// <param name="Failure">Why the client has no complete answer of the upstream; the default when it has.</param>
/// <param name="Status">Of the upstream's answer; 0 when there was none.</param>
/// <param name="HasBegun">Whether the client was sent a part of the answer: then only breaking off is left.</param>
/// <param name="Against">What inspectors have against an answer that was forwarded all the same.</param>
/// <param name="IsRefused">Whether the client was told of the failure already.</param>
internal readonly record struct Outcome(Verdict Failure, int Status, bool HasBegun, string? Upstream, long RequestBytes, long ResponseBytes, bool IsRefused = false, Verdict Against = default);
