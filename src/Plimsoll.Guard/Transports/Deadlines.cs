namespace Plimsoll.Guard.Transports;

/// <summary>
/// Ends reads and writes that take too long, for all transports and streams with one timer: a deadline costs a request no more
/// than a store. Late by at most <see cref="Every"/>.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    /// <summary>Milliseconds. A thousand transports are looked through in 10 µs.</summary>
    public const int Every = 100;

    private readonly Lock gate = new();
    private readonly Timer timer;
    private Timed[] watched = new Timed[64];
    private int count;

    public Deadlines() => timer = new(_ => Sweep(Environment.TickCount64), null, Every, Every);

    /// <summary>How many are watched.</summary>
    public int Count => Volatile.Read(ref count);

    public void Watch(Timed timed)
    {
        lock (gate)
        {
            if (count == watched.Length) Array.Resize(ref watched, count * 2);
            timed.Place = count;
            watched[count++] = timed;
        }
    }

    public void Forget(Timed timed)
    {
        lock (gate)
        {
            var place = timed.Place;
            if (place < 0) return;
            timed.Place = -1;
            var last = watched[--count];
            watched[count] = null!;
            if (place == count) return;
            watched[place] = last;
            last.Place = place;
        }
    }

    private void Sweep(long now)
    {
        List<Timed>? late = null;
        lock (gate)
        {
            foreach (var timed in watched.AsSpan(0, count))
                if (timed.IsLate(now)) (late ??= []).Add(timed);
        }
        if (late is null) return;
        foreach (var timed in late) timed.Expire(now); // Outside the lock.
    }

    public void Dispose() => timer.Dispose();
}
