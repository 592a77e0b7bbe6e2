using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.WebSocket;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Forwarding;

/// <summary>
/// Two connections joined after a 101: frames go both ways until one side ends, both are silent, or one is not well-formed. Then
/// both are broken off, because nobody knows where the next frame begins.
/// </summary>
internal sealed class Tunnel(ClientStream client, UpstreamStream upstream, GuardLimits limits)
{
    /// <summary>What was wrong with a frame, and whose it was.</summary>
    public Verdict Failure { get; private set; }

    /// <summary>Bytes of the client and of the upstream.</summary>
    public async ValueTask<(long Sent, long Received)> RunAsync()
    {
        var extensions = NegotiatedExtensions.Of(upstream.Response);
        var sending = CopyAsync(client.TunnelInput, upstream.Transport, new(isClient: true, extensions), Part.Body);
        var receiving = CopyAsync(upstream.Input, client.Transport, new(isClient: false, extensions), Part.Response);
        return (await sending, await receiving);
    }

    private async Task<long> CopyAsync(InputBuffer from, Transport to, FrameChecker frames, Part part)
    {
        long bytes = 0;
        while (true)
        {
            var failure = frames.Check(from.Unread, out var passes);
            if (passes > 0)
            {
                to.WriteBy = Environment.TickCount64 + limits.WriteTime;
                var written = await to.WriteAsync(from.UnreadMemory[..passes]);
                to.WriteBy = long.MaxValue;
                if (!written) break;
                bytes += passes;
                from.Consume(passes);
            }
            if (failure != Reason.None)
            {
                if (Failure.Passes) Failure = new(failure, part, (int)Math.Min(bytes, int.MaxValue));
                client.Transport.Abort();
                upstream.Transport.Abort();
                break;
            }
            from.Transport.ReadBy = Environment.TickCount64 + limits.TunnelIdleTime;
            var count = await from.FillAsync(limits.PieceBytes);
            if (count <= 0) break;
            to.ReadBy = long.MaxValue; // The other direction may be silent as long as this one is not.
        }
        from.Clear();
        await to.ShutdownWriteAsync();
        to.ReadBy = Environment.TickCount64 + limits.LingerTime; // The other direction ends soon.
        return bytes;
    }
}
