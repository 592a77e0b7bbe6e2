using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>One request and its answer on the upstream's side. Writing the body and reading the answer may overlap.</summary>
internal abstract class UpstreamStream
{
    public HttpResponse Response { get; } = new();

    public abstract Transport Transport { get; }

    /// <summary>Whether an exchange ran over it before: then its end at once may only mean that the upstream had closed it.</summary>
    public abstract bool IsReused { get; }

    /// <summary>The request as judged: same target, same fields, without those of the hop and with who the client is.</summary>
    public abstract void WriteHead(HttpRequest request, in ClientFacts client);

    /// <summary>False when the upstream is gone or too slow.</summary>
    public abstract ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece);

    public abstract void End();

    public abstract ValueTask<bool> FlushAsync();

    /// <summary>The final head; interim ones are skipped. A strict reading: what is not well-formed is not forwarded.</summary>
    public abstract ValueTask<Verdict> ReadHeadAsync(HttpRequest request);

    public abstract ValueTask<BodyPiece> ReadBodyAsync();

    /// <summary>The exchange is over. The connection is kept only when both sides are at the end of a message.</summary>
    public abstract void Release(bool reusable);
}
