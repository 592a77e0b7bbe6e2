using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>One request after another of a connection, and their answers. Reused.</summary>
internal sealed class Http1ClientStream(InputBuffer input, GuardLimits limits) : ClientStream
{
    private readonly OutputBuffer output = new(input.Transport, limits.WriteTime);
    private readonly BodyReader body = new(input, limits, isRequest: true);
    private bool closes;
    private bool isChunked;

    public override Transport Transport => input.Transport;

    /// <summary>Whether the next request follows in the input, and the client was not told otherwise.</summary>
    public bool GoesOn => !closes && body.IsAtEnd;

    /// <summary>Whether the guard ended the connection while the client may still send.</summary>
    public bool Lingers { get; private set; }

    public void Reset()
    {
        Request.Reset();
        Decoded = default;
        body.Start(0);
        (closes, isChunked, Lingers) = (false, false, false);
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
        isChunked = isUnknown && !isOld;
        HeadWriter.Write(output, response, Request.IsHead, isChunked, this.closes, keepsOld: isOld && !this.closes);
    }

    public override int WriteRefusal(int status, bool closes)
    {
        this.closes = closes || Request.Closes || !body.IsAtEnd || !Decoded.Passes;
        Lingers = this.closes;
        Refusal.Write(output, status, this.closes, withBody: !Request.IsHead);
        return status;
    }

    public override ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece)
    {
        if (piece.IsEmpty) return new(true);
        if (output.Count > limits.PieceBytes) return FlushedFirst(piece);
        Append(piece.Span);
        return new(true);
    }

    public override void End(HttpHead? trailers)
    {
        if (isChunked) output.Write("0\r\n\r\n"u8);
    }

    public override ValueTask<bool> FlushAsync() => output.FlushAsync();

    public override InputBuffer TunnelInput => input;

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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushedFirst(ReadOnlyMemory<byte> piece)
    {
        if (!await output.FlushAsync()) return false;
        Append(piece.Span);
        return true;
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (isChunked)
        {
            output.WriteHex(piece.Length);
            output.Write("\r\n"u8);
        }
        output.Write(piece);
        if (isChunked) output.Write("\r\n"u8);
    }
}
