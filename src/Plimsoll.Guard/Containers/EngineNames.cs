using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress.Dns;

namespace Plimsoll.Guard.Containers;

/// <summary>
/// Names of containers on networks of the engine, as its own name server gives them to containers: a container's name, its aliases, and both with the
/// network's name behind a dot. The engine is asked anew after <see cref="holds"/>, because containers come and go.
/// </summary>
internal sealed class EngineNames(RunState state, TimeProvider clock) : INames
{
    /// <summary>Containers of a network that are looked at. Docker gives a bridge 65,534 addresses, and Linux 1,024 ports.</summary>
    private const int mostContainers = 1_024;

    /// <summary>How long an answer holds; a container that was made anew has another address.</summary>
    private static readonly TimeSpan holds = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private Task<Dictionary<string, HashSet<IPAddress>>> reading = Task.FromResult(new Dictionary<string, HashSet<IPAddress>>());
    private DateTimeOffset until;

    /// <summary>Drivers whose containers the machine itself reaches.</summary>
    private const string bridge = "bridge";

    /// <exception cref="PlimsollException">A network is not there, or is none that the machine reaches.</exception>
    public static void Check(RunPlan plan)
    {
        foreach (var network in plan.Networks)
        {
            var asked = EngineCommand.Run([.. plan.Given.Engine, "network", "inspect", "--format", "{{.Driver}}", network]);
            if (asked.Error is { } error) throw RunArguments.Wrong($"the engine does not know the network `{network}`: {error}.");
            if (asked.Output != bridge) throw RunArguments.Wrong($"the network `{network}` has the driver `{asked.Output}`, and the machine, from which the guard connects on, reaches only containers of a `{bridge}`.");
        }
    }

    public async ValueTask<DnsReply?> AskAsync(string name, ushort type)
    {
        Task<Dictionary<string, HashSet<IPAddress>>> current;
        lock (gate)
        {
            if (clock.GetUtcNow() >= until && reading.IsCompleted) (reading, until) = (Task.Run(Read), clock.GetUtcNow() + holds);
            current = reading;
        }
        if (!(await current).TryGetValue(name, out var all)) return null;
        var family = type == DnsQuestion.TypeA ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        return new(DnsCode.NoError, [.. all.Where(address => address.AddressFamily == family)], (int)holds.TotalSeconds);
    }

    /// <summary>What the engine says of all networks; of an engine that does not answer nothing, and its names are unknown.</summary>
    private Dictionary<string, HashSet<IPAddress>> Read()
    {
        var names = new Dictionary<string, HashSet<IPAddress>>(StringComparer.Ordinal);
        foreach (var network in state.Networks)
        {
            var ids = EngineCommand.Run([.. state.Engine, "ps", "--quiet", "--no-trunc", "--filter", $"network={network}"], environment: state.Environment).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (ids.Length == 0) continue;
            // One that has ended meanwhile is an error of the command, and the others are told nevertheless.
            var said = EngineCommand.Run([.. state.Engine, "inspect", "--format", "{{json .Name}} {{json .NetworkSettings.Networks}}", .. ids.Take(mostContainers)], environment: state.Environment, outputOfFailure: true).Output;
            foreach (var line in said.Split('\n')) Add(names, network, line);
        }
        return names;
    }

    /// <summary>One container: its name in JSON, a blank, and an object of its networks.</summary>
    internal static void Add(Dictionary<string, HashSet<IPAddress>> names, string network, string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 2) return; // An empty line, behind the last.
        try
        {
            using var parsed = JsonDocument.Parse(line[(blank + 1)..]);
            if (!parsed.RootElement.TryGetProperty(network, out var own)) return; // It is on another network of this name's beginning.
            var addresses = ((string[])["IPAddress", "GlobalIPv6Address"]).Select(key => own.TryGetProperty(key, out var text) && IPAddress.TryParse(text.GetString(), out var address) ? address : null).OfType<IPAddress>().ToList();
            var aliases = ((string[])["Aliases", "DNSNames"]).SelectMany(key => own.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(one => one.GetString()) : []);
            foreach (var name in aliases.Append(line[1..(blank - 1)].TrimStart('/')).OfType<string>().Select(name => name.ToLowerInvariant()).Distinct().SelectMany(name => (string[])[name, $"{name}.{network.ToLowerInvariant()}"]))
            {
                if (!names.TryGetValue(name, out var all)) names[name] = all = [];
                all.UnionWith(addresses);
            }
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // The engine's list was cut at its end: a container that is not known is not reached, and its name is asked elsewhere.
        }
    }
}
