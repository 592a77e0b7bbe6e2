using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>HTTP/1.0 and 1.1 on a client's connection (RFC 9112): one request after the other, pipelined or not.</summary>
internal sealed class Http1Protocol(InputBuffer input, GuardLimits limits) : IClientProtocol
{
    private readonly Http1ClientStream stream = new(input, limits);
    private volatile bool drains;
    private volatile bool isIdle;

    public async ValueTask<Verdict> ServeAsync(Func<ClientStream, ValueTask> exchange)
    {
        for (var requests = 1; ; requests++)
        {
            stream.Reset();
            if (!await ReadHeadAsync(isFirst: requests == 1)) break;
            if (drains || requests == limits.RequestsOfConnection) stream.Request.Closes = true;
            await exchange(stream);
            if (!stream.GoesOn) break;
        }
        if (stream.Lingers) await LingerAsync();
        if (stream.IsAhead)
        {
            input.Transport.ShutdownRead();
            await stream.FillAsync(limits.PieceBytes);
        }
        stream.Request.Reset();
        input.Clear();
        return default;
    }

    public void Drain()
    {
        drains = true;
        if (isIdle) input.Transport.ShutdownRead();
    }

    /// <summary>False when the connection ended between two requests; anything else is a request, if only one to refuse.</summary>
    private async ValueTask<bool> ReadHeadAsync(bool isFirst)
    {
        var scanner = new HeadScanner();
        var transport = input.Transport;
        if (stream.IsAhead || input.IsEmpty)
        {
            isIdle = true;
            if (drains) return false;
            transport.ReadBy = Environment.TickCount64 + (isFirst ? limits.HeadTime : limits.IdleTime);
            var count = await stream.FillAsync(limits.HeadBytes);
            isIdle = false;
            if (count <= 0)
            {
                if (!isFirst || !transport.HasTimedOut) return false;
                stream.Decoded = new(Reason.SlowHead, Part.Head);
                return true;
            }
        }
        transport.ReadBy = Environment.TickCount64 + limits.HeadTime;
        while (true)
        {
            if (TryDecode(ref scanner)) break;
            var count = await input.FillAsync(limits.HeadBytes);
            if (count > 0) continue;
            stream.Request.Append(input.Unread);
            stream.Decoded = new(transport.HasTimedOut ? Reason.SlowHead : Reason.ClientGone, Part.Head, input.Unread.Length);
            break;
        }
        transport.ReadBy = long.MaxValue;
        return true;
    }

    private bool TryDecode(ref HeadScanner scanner)
    {
        var unread = input.Unread;
        var end = scanner.FindEnd(unread);
        if (!RequestHead.CanBegin(unread[0])) stream.Decoded = new(Reason.MethodMalformed, Part.Method);
        else if (end > limits.HeadBytes || (end < 0 && unread.Length >= limits.HeadBytes)) stream.Decoded = new(Reason.HeadTooLarge, Part.Head, limits.HeadBytes);
        else if (end < 0) return false;
        else
        {
            stream.Decode(unread[..end]);
            input.Consume(end);
            return true;
        }
        stream.Request.Append(unread[..Math.Min(unread.Length, limits.HeadBytes)]);
        return true;
    }

    /// <summary>Lets a refused client send what it was sending: a reset would take the answer from it.</summary>
    private async ValueTask LingerAsync()
    {
        var transport = input.Transport;
        await transport.ShutdownWriteAsync();
        if (transport.HasTimedOut) return;
        transport.ReadBy = Environment.TickCount64 + limits.LingerTime;
        for (long taken = 0; taken < limits.BodyBytes;)
        {
            var count = await stream.FillAsync(limits.PieceBytes);
            if (count <= 0) return;
            taken += count;
            input.Clear();
        }
    }
}
