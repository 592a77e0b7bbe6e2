using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Forwarding;

/// <summary>
/// Where an upstream is. A name is looked up again while it is used: one look-up at a time, at most one in each interval, beside
/// the requests. While it fails, the last addresses stand.
/// </summary>
/// <param name="every">Milliseconds from one look-up to the next.</param>
internal sealed class UpstreamAddress(UpstreamOptions options, int every, Func<string, Task<IPAddress[]>> lookUp)
{
    /// <summary>Of one name; those after are not used.</summary>
    private const int most = 16;

    private IPEndPoint[] known = [options.Address];
    private long nextLookUp = Environment.TickCount64 + every;
    private uint turn;

    /// <summary>What to connect to now.</summary>
    public IPEndPoint Current
    {
        get
        {
            var now = Environment.TickCount64;
            var due = Volatile.Read(ref nextLookUp);
            if (options.Host is { } host && due <= now && Interlocked.CompareExchange(ref nextLookUp, long.MaxValue, due) == due) _ = LookUpAsync(host);
            var all = Volatile.Read(ref known);
            return all[Volatile.Read(ref turn) % (uint)all.Length];
        }
    }

    /// <summary>It could not be connected to: the next of its addresses is tried.</summary>
    public void Failed() => Interlocked.Increment(ref turn);

    private async Task LookUpAsync(string host)
    {
        try
        {
            var found = await lookUp(host);
            // As at the start: IPv4 where there is any.
            var family = Array.Exists(found, one => one.AddressFamily == AddressFamily.InterNetwork) ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            IPEndPoint[] all = [.. found.Where(one => one.AddressFamily == family).Take(most).Select(one => new IPEndPoint(one, options.Address.Port))];
            if (all.Length > 0) Volatile.Write(ref known, all);
        }
        catch (Exception thrown) when (thrown is SocketException or ArgumentException)
        {
            // The last addresses stand.
        }
        Volatile.Write(ref nextLookUp, Environment.TickCount64 + every);
    }
}
