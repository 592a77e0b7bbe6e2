namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>A token bucket for what a client may do without need.</summary>
internal struct Allowance(int burst, int perSecond)
{
    private double left = burst;
    private long since;

    /// <param name="now">Milliseconds.</param>
    public bool TryTake(long now)
    {
        if (since != 0) left = Math.Min(burst, left + (now - since) * perSecond / 1000.0);
        since = now;
        if (left < 1) return false;
        left--;
        return true;
    }

    public void Earn(int count) => left = Math.Min(burst, left + count);
}
