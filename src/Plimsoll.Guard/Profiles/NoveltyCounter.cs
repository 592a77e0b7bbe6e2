namespace Plimsoll.Guard.Profiles;

/// <summary>
/// Counts how often what is learned was new, for one kind of thing: statements or connections. Any number of threads count at once;
/// it holds a few numbers, and how often each kind came is counted where the kind itself is kept.
/// </summary>
internal sealed class NoveltyCounter(TimeProvider clock)
{
    private long seen;
    private long kinds;
    private long news;
    private long once;
    private long lastAt;
    private long lastTicks = clock.GetUtcNow().UtcTicks;

    /// <param name="times">How often its kind has come, with this one; what is above two is all the same.</param>
    /// <param name="isNew">Whether the profile did not have the kind when the guard started.</param>
    public void Count(int times, bool isNew)
    {
        var at = Interlocked.Increment(ref seen);
        if (times > 2) return;
        if (times == 2)
        {
            if (isNew) Interlocked.Decrement(ref once);
            return;
        }
        Interlocked.Increment(ref kinds);
        if (isNew) New(at);
    }

    /// <summary>One of a kind that the profile has not, and will not have: each is as new as the first.</summary>
    public void CountUnlearned()
    {
        var at = Interlocked.Increment(ref seen);
        Interlocked.Increment(ref kinds);
        New(at);
    }

    private void New(long at)
    {
        Interlocked.Increment(ref news);
        Interlocked.Increment(ref once);
        Volatile.Write(ref lastTicks, clock.GetUtcNow().UtcTicks);
        Volatile.Write(ref lastAt, at);
    }

    /// <summary>What was counted until now. While others count, each number may be by a few older than the next.</summary>
    public Convergence Read()
    {
        var last = Volatile.Read(ref lastTicks);
        var before = Volatile.Read(ref lastAt);
        return new(
            Volatile.Read(ref seen),
            Volatile.Read(ref kinds),
            Volatile.Read(ref news),
            Math.Max(0, Volatile.Read(ref once)),
            Math.Max(0, Volatile.Read(ref seen) - before),
            new(last, TimeSpan.Zero),
            TimeSpan.FromTicks(Math.Max(0, clock.GetUtcNow().UtcTicks - last)));
    }
}
