using System.Net;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>What one container has left of its limits. Used from all connections at once.</summary>
internal sealed class EgressBudget(EgressLimits limits)
{
    private const int minute = 60_000;

    private readonly Lock gate = new();
    private readonly TokenBucket connections = new(limits.ConnectionsPerSecond, limits.ConnectionsPerSecond * 2);
    private readonly TokenBucket questions = new(limits.QuestionsPerSecond, limits.QuestionsPerSecond * 2);
    private readonly TokenBucket bytes = new(limits.BytesPerSecond, limits.BytesPerSecond);
    private readonly HashSet<IPEndPoint> destinations = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private long window = long.MinValue;
    private int open;

    /// <summary>Takes a connection. <see cref="Close"/> gives it back when it was granted.</summary>
    /// <param name="now">Milliseconds.</param>
    public EgressReason Open(IPEndPoint to, long now)
    {
        lock (gate)
        {
            if (!connections.TryTake(1, now)) return EgressReason.ConnectionRate;
            if (open >= limits.Connections) return EgressReason.TooManyConnections;
            Turn(now);
            if (!destinations.Contains(to) && destinations.Count >= limits.DestinationsPerMinute) return EgressReason.TooManyDestinations;
            destinations.Add(to);
            open++;
            return EgressReason.None;
        }
    }

    public void Close()
    {
        lock (gate) open--;
    }

    public bool TryAsk(long now)
    {
        lock (gate) return questions.TryTake(1, now);
    }

    /// <summary>Takes a name below a `*.`, of which a minute has so many.</summary>
    public bool TryName(string name, long now)
    {
        lock (gate)
        {
            Turn(now);
            if (!names.Contains(name) && names.Count >= limits.NamesPerMinute) return false;
            names.Add(name);
            return true;
        }
    }

    /// <summary>Takes bytes that were sent already.</summary>
    /// <returns>Milliseconds to wait before more are read.</returns>
    public int Send(int count, long now)
    {
        lock (gate) return bytes.Take(count, now);
    }

    /// <summary>Takes bytes that are to be sent, when there are as many.</summary>
    public bool TrySend(int count, long now)
    {
        lock (gate) return bytes.TryTake(count, now);
    }

    private void Turn(long now)
    {
        if (now - window < minute && window != long.MinValue) return;
        window = now;
        destinations.Clear();
        names.Clear();
    }
}

/// <summary>Tokens that come back at a steady rate, up to a number. Not for several threads.</summary>
internal sealed class TokenBucket(double perSecond, double most)
{
    /// <summary>When the bucket is full again, which tells how many tokens it lacks. Milliseconds.</summary>
    private double fullAt;

    public bool TryTake(int count, long now)
    {
        var full = Math.Max(fullAt, now) + count * 1000 / perSecond;
        if (full - now > most * 1000 / perSecond + 0.001) return false;
        fullAt = full;
        return true;
    }

    /// <summary>Takes them whether there are enough or not.</summary>
    /// <returns>Milliseconds until there are none owed.</returns>
    public int Take(int count, long now)
    {
        fullAt = Math.Max(fullAt, now) + count * 1000 / perSecond;
        return (int)Math.Clamp(Math.Ceiling(fullAt - now - most * 1000 / perSecond), 0, 60_000);
    }
}
