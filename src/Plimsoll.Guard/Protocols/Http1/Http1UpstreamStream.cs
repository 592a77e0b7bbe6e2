using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>A connection to an upstream: one exchange after another.</summary>
internal sealed class Http1UpstreamStream : UpstreamStream
{
    /// <summary>Interim answers before the final one; servers send one or two.</summary>
    private const int mostInterim = 8;

    private readonly Upstream owner;
    private readonly GuardLimits limits;
    private readonly InputBuffer input;
    private readonly OutputBuffer output;
    private readonly BodyReader body;
    private readonly BodyWriter writer;
    private bool isReused;
    private bool mustClose;
    private long idleSince;

    public Http1UpstreamStream(Upstream owner, Transport transport, GuardLimits limits)
    {
        (this.owner, this.limits, Transport) = (owner, limits, transport);
        input = new(transport, limits.PieceBytes);
        output = new(transport, limits.WriteTime);
        body = new(input, limits, isRequest: false);
        writer = new(output, limits.PieceBytes);
    }

    public override Transport Transport { get; }
    public override bool IsReused => isReused;

    public override long IdleSince => idleSince;

    public override bool HasSurplus => body.IsAtEnd && !input.IsEmpty;

    public override long BodyBytes => body.Total;

    public override InputBuffer Input => input;

    public override void WriteHead(HttpRequest request, in ClientFacts client)
    {
        writer.IsChunked = request.ContentLength < 0;
        mustClose = request.HasBody && !request.MayHaveBody;
        HeadWriter.Write(output, request, client);
    }

    public override ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece) => writer.WriteAsync(piece);

    public override void End() => writer.End();

    public override ValueTask<bool> FlushAsync() => output.FlushAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<Verdict> ReadHeadAsync(HttpRequest request)
    {
        for (var interim = 0; interim <= mostInterim; interim++)
        {
            Response.Reset();
            var verdict = await ReadOneHeadAsync(request);
            if (!verdict.Passes) return verdict with { Where = Part.Response };
            if (Response.Status == 101)
            {
                Response.Switches = request.IsWebSocket && WebSocketHandshake.IsAnswered(request, Response);
                return Response.Switches ? default : new(Reason.UpgradeUnverified, Part.Response);
            }
            if (Response.Status < 200) continue;
            body.Start(Response.ContentLength, Response.EndsWithConnection);
            return default;
        }
        return new(Reason.StatusLineMalformed, Part.Response);
    }

    public override ValueTask<BodyPiece> ReadBodyAsync() => body.ReadAsync();

    public override void Release(bool reusable)
    {
        var isClean = reusable && !mustClose && body.IsAtEnd && input.IsEmpty && output.Count == 0 && !Response.Closes && !Response.Switches && !Transport.HasTimedOut;
        Response.Reset();
        if (!isClean)
        {
            Close();
            return;
        }
        input.Release();
        isReused = true;
        idleSince = Environment.TickCount64;
        owner.Keep(this);
    }

    public override void Close()
    {
        owner.Forget(Transport);
        input.Clear();
        output.Clear();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Verdict> ReadOneHeadAsync(HttpRequest request)
    {
        var scanner = new HeadScanner();
        while (true)
        {
            var unread = input.Unread.Length;
            var end = scanner.FindEnd(input.Unread);
            if (end > limits.HeadBytes || (end < 0 && unread >= limits.HeadBytes)) return new(Reason.HeadTooLarge, Part.Response, limits.HeadBytes);
            if (end >= 0)
            {
                Response.Append(input.Unread[..end]);
                input.Consume(end);
                return ResponseHead.Parse(Response, request, limits);
            }
            var count = await input.FillAsync(limits.HeadBytes);
            if (count > 0) continue;
            return new(Transport.HasTimedOut ? Reason.UpstreamTimedOut : Reason.UpstreamClosed, Part.Response, unread);
        }
    }
}
