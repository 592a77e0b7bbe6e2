using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>One request after another of a connection, and their answers. Reused.</summary>
internal sealed class Http1ClientStream : ClientStream
{
    private readonly InputBuffer input;
    private readonly GuardLimits limits;
    private readonly OutputBuffer output;
    private readonly BodyReader body;
    private readonly BodyWriter writer;
    private readonly Lock gate = new();
    private Transport? watched;
    private Reason cut; // How the upstream is ended, once the client is gone.
    private ValueTask<int> ahead;
    private bool closes;

    public Http1ClientStream(InputBuffer input, GuardLimits limits)
    {
        (this.input, this.limits) = (input, limits);
        output = new(input.Transport, limits.WriteTime);
        body = new(input, limits, isRequest: true);
        writer = new(output, limits.PieceBytes);
    }

    public override Transport Transport => input.Transport;

    public override int Trailers => body.Trailers;

    /// <summary>Whether the next request follows in the input, and the client was not told otherwise.</summary>
    public bool GoesOn => !closes && body.IsAtEnd;

    /// <summary>Whether the guard ended the connection while the client may still send.</summary>
    public bool Lingers { get; private set; }

    /// <summary>Whether what follows the request is waited for already; <see cref="FillAsync"/> goes on from it, and nobody else may read.</summary>
    public bool IsAhead { get; private set; }

    public void Reset()
    {
        Request.Reset();
        cut = Reason.None;
        Decoded = default;
        body.Start(0);
        (closes, writer.IsChunked, Lingers) = (false, false, false);
    }

    /// <summary>Decodes a complete head.</summary>
    public void Decode(ReadOnlySpan<byte> head)
    {
        Request.Append(head);
        Decoded = RequestHead.Parse(Request, limits);
        if (!Decoded.Passes) return;
        if (Request.ContentLength > limits.BodyBytes) Decoded = new(Reason.BodyTooLarge, Part.Body);
        else body.Start(Request.ContentLength);
    }

    public override ValueTask<BodyPiece> ReadBodyAsync() => body.ReadAsync();

    public override ValueTask<bool> ContinueAsync()
    {
        output.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return output.FlushAsync();
    }

    public override void WriteHead(HttpResponse response, bool closes)
    {
        var isOld = Request.Version == HttpVersion.Http10;
        var isUnknown = response.ContentLength < 0;
        this.closes = closes || Request.Closes || (isUnknown && isOld) || response.Switches;
        writer.IsChunked = isUnknown && !isOld;
        HeadWriter.Write(output, response, Request.IsHead, writer.IsChunked, this.closes, keepsOld: isOld && !this.closes);
    }

    public override int WriteRefusal(int status, bool closes, ReadOnlySpan<byte> location = default)
    {
        this.closes = closes || Request.Closes || !body.IsAtEnd || !Decoded.Passes;
        Lingers = this.closes;
        Refusal.Write(output, status, this.closes, withBody: !Request.IsHead, location);
        return status;
    }

    public override ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece) => writer.WriteAsync(piece);

    public override void End(HttpHead? trailers) => writer.End();

    public override ValueTask<bool> FlushAsync() => output.FlushAsync();

    public override InputBuffer TunnelInput => input;

    public override void Watch(Transport upstream)
    {
        lock (gate)
        {
            watched = upstream;
            if (cut != Reason.None) Cut(upstream);
        }
        if (IsAhead || !body.IsAtEnd || !input.IsEmpty || Request.IsWebSocket) return;
        IsAhead = true;
#pragma warning disable CA2012 // Its result is taken once, in FillAsync.
        ahead = LookAheadAsync();
#pragma warning restore CA2012
    }

    public override Reason Unwatch()
    {
        lock (gate)
        {
            watched = null;
            return cut;
        }
    }

    /// <summary>As <see cref="InputBuffer.FillAsync"/>.</summary>
    public ValueTask<int> FillAsync(int room)
    {
        if (!IsAhead) return input.FillAsync(room);
        IsAhead = false;
        return ahead;
    }

    /// <summary>Waits for the next request while this one is served: what comes instead may be the end. One that only ends its side may still read, but not wait for long.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> LookAheadAsync()
    {
        var count = await input.FillAsync(limits.HeadBytes);
        if (count > 0) return count;
        lock (gate)
        {
            if (watched is null) return count;
            cut = count < 0 ? Reason.UpstreamClosed : Reason.UpstreamTimedOut;
            Cut(watched);
        }
        return count;
    }

    private void Cut(Transport upstream)
    {
        if (cut == Reason.UpstreamClosed) upstream.ShutdownRead();
        else upstream.ReadBy = Math.Min(upstream.ReadBy, Environment.TickCount64 + limits.GoneTime);
    }

    public override void StopReading()
    {
        closes = true;
        body.Hurry(Environment.TickCount64 + limits.LingerTime);
    }

    public override void Abort()
    {
        closes = true;
        output.Clear();
        Transport.Abort();
    }
}
