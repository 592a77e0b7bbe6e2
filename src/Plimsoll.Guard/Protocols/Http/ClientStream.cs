using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>
/// One request and its answer on the client's side, whatever version carries them. What writes only fills a buffer until
/// <see cref="FlushAsync"/>, so that a head and its first piece leave together. Reading the body and writing the answer may overlap.
/// </summary>
internal abstract class ClientStream
{
    public HttpRequest Request { get; } = new();

    /// <summary>What decoding says of the request. When it does not pass, the request holds what was decoded so far.</summary>
    public Verdict Decoded { get; set; }

    /// <summary>What is held of the body until it is judged; null when nobody wanted to see one.</summary>
    public InspectedBody? Inspected { get; set; }

    /// <summary>An upload that is read while it is forwarded; null for every other body.</summary>
    public StreamedBody? Streamed { get; set; }

    /// <summary>Fields that came behind the body, as far as it was read.</summary>
    public abstract int Trailers { get; }

    /// <summary>Transport of the connection: addresses and TLS.</summary>
    public abstract Transport Transport { get; }

    /// <summary>Why the client cannot be answered, once it cannot.</summary>
    public virtual Reason Failure => Transport.HasTimedOut ? Reason.SlowReader : Reason.ClientGone;

    public abstract ValueTask<BodyPiece> ReadBodyAsync();

    /// <summary>A 100 for a client that waits for it. False when the client is gone.</summary>
    public abstract ValueTask<bool> ContinueAsync();

    /// <summary>Hop-by-hop fields are left out and framing is written anew.</summary>
    /// <param name="closes">No further request of this connection is read.</param>
    public abstract void WriteHead(HttpResponse response, bool closes);

    /// <summary>A head with a body of the guard's own.</summary>
    /// <param name="location">Where the client is sent, visible ASCII; empty for nowhere.</param>
    /// <returns>The status, or 0 when the client was told without one.</returns>
    public abstract int WriteRefusal(int status, bool closes, ReadOnlySpan<byte> location = default);

    /// <summary>False when the client is gone or too slow.</summary>
    public abstract ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece);

    /// <summary>The answer is complete.</summary>
    /// <param name="trailers">Left out where the version has no safe way to say them.</param>
    public abstract void End(HttpHead? trailers);

    /// <summary>False when the client is gone or too slow.</summary>
    public abstract ValueTask<bool> FlushAsync();

    /// <summary>The rest of the body is of no use: it may come for a moment, so that the client can read the answer, then reading it fails.</summary>
    public abstract void StopReading();

    /// <summary>Whether nobody waits for an answer any more, as far as is known without asking.</summary>
    public virtual bool IsGone => false;

    /// <summary>
    /// Ends what is read from the upstream when the client goes before it has its answer. Called again once the body was read, since
    /// only then an HTTP/1 client can be listened to.
    /// </summary>
    public abstract void Watch(Transport upstream);

    /// <summary>The upstream's connection is no concern of the client's any more.</summary>
    /// <returns>How reading from it ends because the client went meanwhile; none when it did not. That connection is then of no further use.</returns>
    public abstract Reason Unwatch();

    /// <summary>Where a tunnel reads what the client sends after a 101. HTTP/1 alone.</summary>
    public virtual InputBuffer TunnelInput => throw new NotSupportedException();

    /// <summary>Breaks off, so that an incomplete answer does not look complete.</summary>
    public abstract void Abort();
}
