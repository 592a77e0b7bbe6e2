using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>One request and its answer on the upstream's side. Writing the body and reading the answer may overlap.</summary>
internal abstract class UpstreamStream
{
    public HttpResponse Response { get; } = new();

    /// <summary>Fields after the body, once it was read; null when there were none or they are left out.</summary>
    public virtual HttpHead? Trailers => null;

    /// <summary>In <see cref="Environment.TickCount64"/>.</summary>
    public abstract long IdleSince { get; }

    /// <summary>Whether more came than the answer has.</summary>
    public abstract bool HasSurplus { get; }

    /// <summary>Bytes of the answer's body so far.</summary>
    public abstract long BodyBytes { get; }

    /// <summary>What came after the head of a 101. HTTP/1 alone.</summary>
    public virtual InputBuffer Input => throw new NotSupportedException();

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

    /// <summary>The connection is of no use any more.</summary>
    public abstract void Close();
}
