using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard;

/// <summary>Profiles for people: shown, compared, put together, and candidates accepted; destinations and statements alike.</summary>
public static class GuardProfile
{
    /// <summary>The profile as the guard reads it, statements as a list.</summary>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static string Show(string file) => string.Join('\n', [ProfileText.Of(ProfileFile.Read(file)).TrimEnd('\n'), .. StatementChanges.List(StatementProfileFile.Read(file)), ""]);

    /// <summary>A line for each difference: `-` for what only the first has, `+` for what only the second has.</summary>
    public static IReadOnlyList<string> Compare(string first, string second) => 
    [
        .. ProfileChanges.Compare(ProfileFile.Read(first), ProfileFile.Read(second)),
        .. StatementChanges.Compare(StatementProfileFile.Read(first), StatementProfileFile.Read(second)),
    ];

    /// <summary>One profile with the destinations and statements of all; mode, limits and name servers are the first's, a statement has its widest limits.</summary>
    public static string Merge(IReadOnlyList<string> files) =>
        ProfileText.Of(files.Select(ProfileFile.Read).Aggregate(ProfileChanges.Merge)) + StatementProfileFile.Text(files.Select(StatementProfileFile.Read).Aggregate(StatementChanges.Merge));

    /// <summary>What was refused or detected and waits to be accepted, an entry a line.</summary>
    public static IReadOnlyList<string> Candidates(string file) => [.. Waiting(file).Egress.Select(ProfileText.Entry), .. StatementChanges.List(StatementProfileFile.Read(ProfileStore.CandidatesOf(file)))];

    /// <summary>Moves candidates into the profile.</summary>
    /// <param name="chosen">`db.example.com` with all its ports, or `db.example.com:5432`, either with `/udp` or another protocol behind it for that alone, or the id of a statement; empty for all whose port is known and that no rule is against.</param>
    /// <returns>The entries that were accepted.</returns>
    /// <exception cref="PlimsollException">There is no such candidate.</exception>
    public static IReadOnlyList<string> Accept(string file, IReadOnlyList<string> chosen)
    {
        var ids = chosen.Where(Shape.IsId).ToList();
        var destinations = chosen.Except(ids).ToList();
        return
        [
            .. ids.Count == 0 || destinations.Count > 0 ? AcceptDestinations(file, destinations) : [],
            .. destinations.Count == 0 || ids.Count > 0 ? StatementChanges.Accept(file, ids) : [],
        ];
    }

    private static IReadOnlyList<string> AcceptDestinations(string file, List<string> destinations)
    {
        var profile = ProfileFile.Read(file);
        var waiting = Waiting(file);
        var chosen = destinations.Count == 0 ? waiting.Egress.RemoveAll(IsWithoutPort) : [.. destinations.SelectMany(destination => Chosen(waiting, destination))];
        if (chosen.IsEmpty) return [];
        var accepted = ProfileChanges.Merge([], chosen);
        ProfileStore.Update(file, profile, profile with { Egress = ProfileChanges.Merge(profile.Egress, accepted) });
        var left = waiting.Egress.Select(rule => Without(rule, accepted)).OfType<EgressRule>().ToImmutableArray();
        ProfileStore.WriteAnew(ProfileStore.CandidatesOf(file), waiting with { Egress = left });
        return [.. accepted.Select(ProfileText.Entry)];
    }

    private static Profile Waiting(string file) => File.Exists(ProfileStore.CandidatesOf(file)) ? ProfileFile.Read(ProfileStore.CandidatesOf(file)) : new();

    private static List<EgressRule> Chosen(Profile waiting, string destination)
    {
        var protocol = EgressProtocols.Names.FirstOrDefault(name => destination.EndsWith($"/{name}", StringComparison.Ordinal));
        var place = protocol is null ? destination : destination[..^(protocol.Length + 1)];
        var whole = waiting.Egress.Where(rule => rule.Destination == place && (protocol is null || rule.Protocol == protocol)).ToList();
        if (whole.Exists(rule => !IsWithoutPort(rule))) return whole.FindAll(rule => !IsWithoutPort(rule));
        if (whole.Count > 0) throw new PlimsollException("guard-candidate-port", $"`{place}` was asked for and never dialled, so its port is not known.", $"Write the port behind it, as `{place}:443`, or `{place}:123/udp`.");
        var colon = place.LastIndexOf(':');
        if (colon > 0 && int.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var named = waiting.Egress.Where(rule => rule.Destination == place[..colon].Trim('[', ']') && rule.HasPort(port)).ToList();
            // What was never dialled has no protocol either.
            var found = named.FindAll(rule => !IsWithoutPort(rule) && (protocol is null || rule.Protocol == protocol));
            if (found.Count == 0) found = [.. named.Where(IsWithoutPort).Select(rule => rule with { Protocol = protocol ?? rule.Protocol })];
            if (found.Count > 0) return [.. found.Select(rule => rule with { Ports = [new(port, port)] })];
        }
        throw new PlimsollException("guard-candidate-unknown", $"`{destination}` is no candidate.", "`plimsoll guard profile accept FILE` lists them; write the name or address as it stands there, `:` and a port behind it for that port alone, `/udp` for that protocol alone.");
    }

    private static bool IsWithoutPort(EgressRule rule) => rule.Ports.Contains(PortRange.Any);

    /// <summary>Null when nothing is left of it.</summary>
    private static EgressRule? Without(EgressRule rule, ImmutableArray<EgressRule> accepted)
    {
        if (IsWithoutPort(rule) && accepted.Any(other => other.Destination == rule.Destination)) return null;
        if (accepted.FirstOrDefault(other => other.Key == rule.Key) is not { } taken) return rule;
        if (rule.OffersTls && !taken.OffersTls) return rule;
        var ports = rule.Ports.Where(port => !taken.Ports.Contains(port)).ToImmutableArray();
        return ports.IsEmpty ? null : rule with { Ports = ports };
    }
}
