using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>
/// The beginning of an answer's body, held until it is judged: until its end, its limit, or until it has come for too long. What
/// follows it passes as it comes, and the bytes that came are what the client gets, compressed or not.
/// </summary>
internal sealed class HeldAnswer(AnswerBodies bodies)
{
    private readonly HeldBytes held = new(bodies.Budget);
    private HeldBytes? decoded;
    private Task<BodyPiece>? ahead;

    /// <summary>As they came.</summary>
    public ReadOnlyMemory<byte> Bytes => held.Bytes;

    /// <summary>What they say: decoded when they were compressed.</summary>
    public ReadOnlyMemory<byte> Content => decoded?.Bytes ?? held.Bytes;

    /// <summary>Whether the body has come to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Why <see cref="Content"/> is not all that the client gets.</summary>
    public UnreadAnswer Unread { get; private set; }

    /// <summary>Why the body is broken off; none when there is more or it is whole.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reason> ReadAsync(UpstreamStream stream)
    {
        var options = bodies.Options;
        var until = Environment.TickCount64 + options.Time;
        while (!IsWhole && Unread == UnreadAnswer.None)
        {
            var reading = stream.ReadBodyAsync();
            BodyPiece piece;
            if (reading.IsCompleted) piece = await reading;
            else
            {
                ahead = reading.AsTask();
                if (!await ComesAsync(ahead, until - Environment.TickCount64))
                {
                    Unread = UnreadAnswer.TooSlow;
                    break;
                }
                piece = await ahead;
                ahead = null;
            }
            if (piece.Failure != Reason.None) return piece.Failure;
            if (!held.TryAppend(piece.Bytes.Span))
            {
                Unread = UnreadAnswer.TooManyAtOnce;
                ahead = Task.FromResult(piece);
                break;
            }
            IsWhole = piece.IsLast;
            if (held.Count > options.Bytes && !IsWhole) Unread = UnreadAnswer.TooLong;
        }
        if (stream.Response.Has(FieldId.ContentEncoding)) Decode(stream.Response);
        if (Unread == UnreadAnswer.None && stream.Response.Status == 206) Unread = UnreadAnswer.Part;
        return Reason.None;
    }

    /// <summary>What comes behind <see cref="Bytes"/>: a piece that found no room or came too late, then what the upstream sends.</summary>
    public ValueTask<BodyPiece> NextAsync(UpstreamStream stream)
    {
        if (ahead is null) return stream.ReadBodyAsync();
        var next = new ValueTask<BodyPiece>(ahead);
        ahead = null;
        return next;
    }

    /// <summary>Ends a read that nobody waits for, so that its buffer can be given back.</summary>
    public async ValueTask StopAsync(UpstreamStream stream)
    {
        if (ahead is null) return;
        stream.Transport.ShutdownRead();
        await ahead;
        ahead = null;
    }

    /// <summary>Rules have seen <see cref="Content"/>.</summary>
    public void ForgetContent() => decoded?.Release();

    public void Release()
    {
        held.Release();
        decoded?.Release();
    }

    private void Decode(HttpResponse response)
    {
        decoded = new(bodies.Budget);
        var decoding = bodies.Rent();
        var why = decoding.Decode(response, held.Bytes.Span, IsWhole, decoded, bodies.Options.Bytes);
        bodies.Return(decoding);
        if (Unread == UnreadAnswer.None) Unread = why;
    }

    /// <summary>False when it has not come within so many milliseconds.</summary>
    private static async ValueTask<bool> ComesAsync(Task reading, long milliseconds)
    {
        if (milliseconds <= 0) return false;
        using var stop = new CancellationTokenSource();
        var isFirst = await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(milliseconds), stop.Token)) == reading;
        await stop.CancelAsync();
        return isFirst;
    }
}
