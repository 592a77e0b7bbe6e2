using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// The rest of an upload that is longer than what is held: read while it is forwarded, and judged as a whole before its last bytes
/// are. An upstream never has a complete request that was not judged.
/// </summary>
internal sealed class StreamedBody : IDisposable
{
    /// <summary>Bytes of names and values of one such body, without its files. Taken from the budget of inspected bodies.</summary>
    public const int ArenaBytes = 256 << 10;
    private static readonly NormalisationLimits limits = NormalisationLimits.Default with { ArenaBytes = ArenaBytes };
    private readonly RequestNormaliser normaliser = new(limits);
    private readonly RequestJudge judge;
    private readonly HttpRequest request;
    private readonly InspectionBudget budget;

    private StreamedBody(RequestJudge judge, HttpRequest request, InspectionBudget budget)
    {
        (this.judge, this.request, this.budget) = (judge, request, budget);
        RequestJudge.Read(normaliser, request);
        Verdict = Push(request.Body.Span, request.IsBodyWhole);
    }

    /// <summary>Reads the head and what is held of the body. Null when too many bodies are read at once.</summary>
    public static StreamedBody? Begin(RequestJudge judge, HttpRequest request, InspectionBudget budget) => budget.TryTake(ArenaBytes) ? new(judge, request, budget) : null;

    /// <summary>What is known so far.</summary>
    public Verdict Verdict { get; private set; }

    /// <summary>Takes the next piece, before it is forwarded. True when it must not be.</summary>
    public bool Refuses(BodyPiece piece)
    {
        if (!Verdict.Passes) return false; // Found before, and forwarded all the same.
        Verdict = Push(piece.Bytes.Span, piece.IsLast);
        return !Verdict.Passes && judge.Engine.Decide(Verdict) == Decision.Refuse;
    }

    public void Dispose()
    {
        normaliser.Dispose();
        budget.Give(ArenaBytes);
    }

    private Verdict Push(ReadOnlySpan<byte> piece, bool isLast)
    {
        normaliser.Body(piece);
        if (!isLast) return judge.Noted(normaliser, request);
        normaliser.Finish();
        return judge.Judge(normaliser, request, Needs.RequestBody);
    }
}
