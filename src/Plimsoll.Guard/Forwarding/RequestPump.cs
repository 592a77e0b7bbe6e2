using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Forwarding;

/// <summary>Copies a request's body to the upstream while the answer may already be coming: first what was inspected, then the rest.</summary>
internal sealed class RequestPump(ClientStream client, UpstreamStream upstream, GuardLimits limits)
{
    private Task running = Task.CompletedTask;
    private bool discards;

    /// <summary>Copied so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>All was read from the client and nothing runs.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The upstream was sent all.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Why the body could not be read; the upstream's side has then been broken off.</summary>
    public Reason ClientFailure { get; private set; }

    public void Start() => running = RunAsync();

    /// <summary>Waits for the end after the answer was sent: what the client goes on sending is thrown away, for a moment.</summary>
    public async ValueTask StopAsync()
    {
        if (running.IsCompleted) return;
        Volatile.Write(ref discards, true);
        upstream.Transport.Abort();
        client.StopReading();
        await running;
    }

    private async Task RunAsync()
    {
        var request = client.Request;
        Bytes = request.Body.Length + request.BodyAhead.Length;
        if (!await upstream.WriteBodyAsync(request.Body) || !await upstream.WriteBodyAsync(request.BodyAhead)) discards = true;
        if (!request.IsBodyWhole && !await CopyRestAsync()) return;
        if (Volatile.Read(ref discards)) return;
        upstream.End();
        IsDone = true;
        upstream.Transport.ReadBy = Environment.TickCount64 + (request.IsGrpc ? limits.StreamIdleTime : limits.ResponseTime);
        client.Watch(upstream.Transport);
        HasSucceeded = await upstream.FlushAsync();
    }

    /// <summary>When the upstream takes no more, its answer says why: the rest is read and thrown away, or the client could not read that answer.</summary>
    private async ValueTask<bool> CopyRestAsync()
    {
        while (true)
        {
            var reading = client.ReadBodyAsync();
            if (!reading.IsCompleted && !Volatile.Read(ref discards) && !await upstream.FlushAsync()) discards = true;
            var piece = await reading;
            if (piece.Failure != Reason.None)
            {
                if (Volatile.Read(ref discards)) return false;
                ClientFailure = piece.Failure;
                upstream.Transport.Abort(); // An incomplete request must not look complete.
                return false;
            }
            if (client.Streamed is { } streamed && streamed.Refuses(piece))
            {
                ClientFailure = streamed.Verdict.Reason;
                upstream.Transport.Abort();
                return false;
            }
            Bytes += piece.Bytes.Length;
            if (!Volatile.Read(ref discards) && !await upstream.WriteBodyAsync(piece.Bytes)) discards = true;
            if (client.Request.IsGrpc) upstream.Transport.ReadBy = Environment.TickCount64 + limits.StreamIdleTime; // Its answer may be silent as long as messages come.
            if (piece.IsLast) return true;
        }
    }
}
