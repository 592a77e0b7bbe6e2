using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Forwarding;

/// <summary>Two connections joined after a 101: bytes go both ways until one side ends or both are silent.</summary>
internal static class Tunnel
{
    /// <summary>Bytes of the client and of the upstream.</summary>
    public static async ValueTask<(long Sent, long Received)> RunAsync(ClientStream client, UpstreamStream upstream, GuardLimits limits)
    {
        var sending = CopyAsync(client.TunnelInput, upstream.Transport, limits);
        var receiving = CopyAsync(upstream.Input, client.Transport, limits);
        return (await sending, await receiving);
    }

    private static async Task<long> CopyAsync(InputBuffer from, Transport to, GuardLimits limits)
    {
        long bytes = 0;
        while (true)
        {
            if (from.IsEmpty)
            {
                from.Transport.ReadBy = Environment.TickCount64 + limits.TunnelIdleTime;
                var count = await from.FillAsync(limits.PieceBytes);
                if (count <= 0) break;
                to.ReadBy = long.MaxValue; // The other direction may be silent as long as this one is not.
            }
            to.WriteBy = Environment.TickCount64 + limits.WriteTime;
            var written = await to.WriteAsync(from.UnreadMemory);
            to.WriteBy = long.MaxValue;
            if (!written) break;
            bytes += from.Unread.Length;
            from.Consume(from.Unread.Length);
        }
        from.Clear();
        await to.ShutdownWriteAsync();
        to.ReadBy = Environment.TickCount64 + limits.LingerTime; // The other direction ends soon.
        return bytes;
    }
}
