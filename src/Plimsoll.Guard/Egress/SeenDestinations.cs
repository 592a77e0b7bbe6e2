using System.Net;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>How often the connections of a container, and its flows of UDP, went to something that its profile had not, in mode learn.</summary>
internal sealed class SeenDestinations(TimeProvider clock)
{
    /// <summary>Kinds that are told apart; beyond them an unknown one is new each time, as it is not noted either.</summary>
    private const int most = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Destination, string Protocol, int Port), int> times = [];
    private readonly NoveltyCounter novelty = new(clock);

    public Convergence Convergence => novelty.Read();

    /// <param name="rule">The profile's entry; null when it has none.</param>
    /// <param name="name">The name whose address it is; null when there is none.</param>
    public void Count(EgressRule? rule, IPEndPoint to, string? name, string protocol)
    {
        var kind = (rule?.Destination ?? name ?? to.Address.ToString(), protocol, to.Port);
        int count;
        lock (gate)
        {
            count = times.GetValueOrDefault(kind) + 1;
            if (count > 1 || times.Count < most) times[kind] = Math.Min(count, 3);
            else count = 0;
        }
        if (count > 0) novelty.Count(count, isNew: rule is null);
        else if (rule is null) novelty.CountUnlearned();
        else novelty.Count(3, isNew: false);
    }
}
