using System.Buffers;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>Two connections joined: bytes pass both ways as they come, and each side's end too.</summary>
internal static class Relay
{
    /// <summary>Bytes of one read. Rented only once there is something to read: a silent connection costs no buffer.</summary>
    private const int piece = 64 << 10;

    /// <param name="sent">Told of bytes from the first to the second; the next are read once it has ended.</param>
    /// <param name="received">Told of bytes the other way.</param>
    public static async ValueTask RunAsync(SocketTransport first, SocketTransport second, GuardLimits limits, Func<int, ValueTask> sent, Func<int, ValueTask> received)
    {
        var sending = CopyAsync(first, second, limits, sent);
        var receiving = CopyAsync(second, first, limits, received);
        await sending;
        await receiving;
    }

    private static async Task CopyAsync(SocketTransport from, SocketTransport to, GuardLimits limits, Func<int, ValueTask> passed)
    {
        var isWhole = false;
        while (await from.ReadAsync(Memory<byte>.Empty) >= 0)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(piece);
            try
            {
                var count = await from.ReadAsync(buffer.AsMemory(0, piece));
                isWhole = count == 0;
                if (count <= 0) break;
                to.WriteBy = Environment.TickCount64 + limits.TunnelIdleTime;
                var written = await to.WriteAsync(buffer.AsMemory(0, count));
                to.WriteBy = long.MaxValue;
                if (!written) break;
                await passed(count);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        if (isWhole)
        {
            await to.ShutdownWriteAsync();
            return;
        }
        // A reset on one side is one on the other.
        from.Abort();
        to.Abort();
    }
}
