using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Operation;

/// <summary>What was counted of one site. All cells are there from the beginning: counting allocates nothing.</summary>
internal sealed class SiteCounters
{
    /// <summary>Classes of status: none, 1xx to 5xx.</summary>
    public const int Classes = 6;

    private const int decisions = 3;
    private static readonly int reasons = Enum.GetValues<Reason>().Length;

    /// <summary>Upper bounds of durations in microseconds. From what the guard itself takes to a timeout.</summary>
    public static readonly long[] Bounds = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000];

    private readonly long[] requests = new long[decisions * reasons * Classes];
    private readonly long[] durations = new long[Bounds.Length + 1];
    private readonly long[] unreadAnswers = new long[UnreadAnswers.Count];
    private long trailers;
    private long microseconds;
    private long requestBytes;
    private long responseBytes;

    public long Microseconds => Volatile.Read(ref microseconds);
    public long RequestBytes => Volatile.Read(ref requestBytes);
    public long ResponseBytes => Volatile.Read(ref responseBytes);

    /// <summary>Requests whose trailers were left out.</summary>
    public long Trailers => Volatile.Read(ref trailers);

    public long Unread(UnreadAnswer why) => Volatile.Read(ref unreadAnswers[(int)why]);

    public void Count(in GuardEvent recorded)
    {
        if (recorded.Trailers > 0) Interlocked.Increment(ref trailers);
        if (recorded.Request is { UnreadAnswer: not UnreadAnswer.None and var why }) Interlocked.Increment(ref unreadAnswers[(int)why]);
        var status = Math.Clamp(recorded.Status / 100, 0, Classes - 1);
        Interlocked.Increment(ref requests[((int)recorded.Decision * reasons + (int)recorded.Verdict.Reason) * Classes + status]);
        if (recorded.RequestBytes > 0) Interlocked.Add(ref requestBytes, recorded.RequestBytes);
        if (recorded.ResponseBytes > 0) Interlocked.Add(ref responseBytes, recorded.ResponseBytes);
        if (recorded.Elapsed <= TimeSpan.Zero) return; // It did not come to a request.
        var took = (long)recorded.Elapsed.TotalMicroseconds;
        var bucket = 0;
        while (bucket < Bounds.Length && took > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref durations[bucket]);
        Interlocked.Add(ref microseconds, took);
    }

    /// <summary>Every cell that is not zero.</summary>
    public IEnumerable<(Decision Decision, Reason Reason, int Class, long Count)> Requests
    {
        get
        {
            for (var i = 0; i < requests.Length; i++)
                if (Volatile.Read(ref requests[i]) is var count and > 0) yield return ((Decision)(i / Classes / reasons), (Reason)(i / Classes % reasons), i % Classes, count);
        }
    }

    /// <summary>Durations up to each bound, then all.</summary>
    public long[] Cumulated()
    {
        var cumulated = new long[durations.Length];
        long sum = 0;
        for (var i = 0; i < durations.Length; i++) cumulated[i] = sum += Volatile.Read(ref durations[i]);
        return cumulated;
    }
}
