using System.Collections.Concurrent;
using System.Text;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>An event as tests compare it.</summary>
internal sealed record Recorded(Decision Decision, Reason Reason, int Status, string Method, string Target, string Client, string? Upstream);

/// <summary>What an event says of ambiguities.</summary>
internal sealed record RecordedAmbiguities(Ambiguity First, Part Where, int At, AmbiguitySet Refused, AmbiguitySet Unread);

/// <summary>What an event says was not looked at or forwarded.</summary>
internal sealed record RecordedRest(UnreadAnswer Answer, int Trailers);

/// <summary>Keeps all events.</summary>
internal sealed class EventList : IEventSink
{
    private readonly ConcurrentQueue<Recorded> all = new();

    private readonly ConcurrentQueue<RecordedAmbiguities> ambiguities = new();

    private readonly ConcurrentQueue<RecordedRest> rests = new();

    public IReadOnlyList<Recorded> All => [.. all];

    public IReadOnlyList<RecordedRest> Rests => [.. rests];

    public IReadOnlyList<RecordedAmbiguities> Ambiguities => [.. ambiguities];

    public void Record(in GuardEvent recorded)
    {
        var request = recorded.Request;
        ambiguities.Enqueue(new(recorded.Verdict.Ambiguity, recorded.Verdict.Where, recorded.Verdict.At, request?.Refused ?? default, request?.Unread ?? default));
        rests.Enqueue(new(request?.UnreadAnswer ?? UnreadAnswer.None, recorded.Trailers));
        all.Enqueue(new(recorded.Decision, recorded.Verdict.Reason, recorded.Status,
            request is null ? "" : Encoding.Latin1.GetString(request[request.Method]), request is null ? "" : Encoding.Latin1.GetString(request[request.Target]),
            recorded.Client.ToString(), recorded.Upstream));
    }

    public void Clear()
    {
        all.Clear();
        ambiguities.Clear();
        rests.Clear();
    }

    /// <summary>Waits until there are so many: an event is recorded after its answer was sent.</summary>
    public async Task<IReadOnlyList<Recorded>> AtLeastAsync(int count)
    {
        await Waiting.WhileAsync(() => all.Count < count);
        return All;
    }
}
