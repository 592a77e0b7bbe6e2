using System.Net;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Which addresses were told to the container as answers for which names, and until when they may be dialled without another look.
/// Afterwards the name is looked up again at the next dial: programs keep addresses longer than they were told to.
/// </summary>
internal sealed class AddressPins(TimeProvider clock)
{
    /// <summary>How long an answer may be kept, at most, in seconds: what was taken off a name stops being dialled after that and <see cref="graceSeconds"/>.</summary>
    public const int MostAnswerSeconds = 300;

    /// <summary>Between an answer and the dial: clients keep answers for their time, then connect.</summary>
    private const int graceSeconds = 60;

    /// <summary>Addresses. Ten thousand names of a wildcard would not be ordinary.</summary>
    private const int most = 8_192;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, Dictionary<string, DateTimeOffset>> pins = [];

    /// <summary>One name that has an address, and whether that was long ago.</summary>
    public readonly record struct Pin(string Name, bool IsStale);

    /// <param name="seconds">Null for ever.</param>
    /// <returns>False when there is no room for another address.</returns>
    public bool Add(string name, IEnumerable<IPAddress> addresses, int? seconds)
    {
        var until = seconds is { } given ? clock.GetUtcNow() + TimeSpan.FromSeconds(given + graceSeconds) : DateTimeOffset.MaxValue;
        lock (gate)
        {
            foreach (var address in addresses)
            {
                if (!pins.TryGetValue(address, out var names))
                {
                    if (pins.Count >= most && !MakeRoom()) return false;
                    pins[address] = names = new(StringComparer.Ordinal);
                }
                names[name] = until;
            }
        }
        return true;
    }

    /// <summary>The address is none of the name's any more.</summary>
    public void Remove(string name, IPAddress address)
    {
        lock (gate)
        {
            if (pins.TryGetValue(address, out var names) && names.Remove(name) && names.Count == 0) pins.Remove(address);
        }
    }

    public IReadOnlyList<Pin> Of(IPAddress address)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            return pins.TryGetValue(address, out var names) ? [.. names.OrderBy(pin => pin.Key, StringComparer.Ordinal).Select(pin => new Pin(pin.Key, pin.Value < now))] : [];
        }
    }

    private bool MakeRoom()
    {
        var now = clock.GetUtcNow();
        foreach (var address in pins.Where(pin => pin.Value.Values.All(until => until < now)).Select(pin => pin.Key).ToList()) pins.Remove(address);
        return pins.Count < most;
    }
}
