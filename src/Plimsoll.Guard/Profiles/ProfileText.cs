using System.Text;

namespace Plimsoll.Guard.Profiles;

/// <summary>A profile as YAML for people and for Git: one line a destination, sorted as it was given, nothing that only repeats a default.</summary>
internal static class ProfileText
{
    public static string Of(Profile profile)
    {
        var text = new StringBuilder($"schema: {ProfileFile.Schema}\n");
        if (profile.Application is { } application) text.Append($"application: {Quoted(application)}\n");
        if (profile.Mode != ProfileMode.Enforce) text.Append($"mode: {ModeName(profile.Mode)}\n");
        if (!profile.NameServers.IsEmpty) text.Append($"name-servers: [{string.Join(", ", profile.NameServers.Select(server => $"\"{server}\""))}]\n");
        if (Limits(profile.Limits) is { Length: > 0 } limits) text.Append("limits:\n").Append(limits);
        if (!profile.Egress.IsEmpty) text.Append("egress:\n");
        foreach (var rule in profile.Egress) text.Append("  - ").Append(Entry(rule)).Append('\n');
        return text.ToString();
    }

    public static string ModeName(ProfileMode mode) => mode switch { ProfileMode.Learn => "learn", ProfileMode.Detect => "detect", _ => "enforce" };

    /// <summary>`{name: db.example.com, ports: [5432]}`; with `PORT` in place of one that is not known.</summary>
    public static string Entry(EgressRule rule)
    {
        var text = new StringBuilder(rule.Name is { } name ? $"{{name: {(name.StartsWith('*') ? $"\"{name}\"" : name)}" : $"{{address: {(rule.Destination.Contains(':', StringComparison.Ordinal) ? $"\"{rule.Destination}\"" : rule.Destination)}");
        text.Append($", ports: [{(rule.Ports.IsEmpty ? "PORT" : string.Join(", ", rule.Ports.Select(port => port.First == port.Last ? $"{port}" : $"\"{port}\"")))}]");
        if (rule.Protocol != EgressRule.DefaultProtocol) text.Append($", protocol: {rule.Protocol}");
        if (rule.Tls != EgressTls.Prefer) text.Append($", tls: {(rule.Tls == EgressTls.Verify ? "verify" : "none")}");
        if (rule.Authorities is { } authorities) text.Append($", authorities: {Quoted(authorities)}");
        if (rule.OffersTls) text.Append(", offer-tls: true");
        if (!rule.Addresses.IsEmpty) text.Append($", addresses: [{string.Join(", ", rule.Addresses.Select(address => $"\"{address}\""))}]");
        return text.Append('}').ToString();
    }

    private static string Limits(EgressLimits limits)
    {
        var by = new EgressLimits();
        var text = new StringBuilder();
        void Line(string name, long value, long otherwise)
        {
            if (value != otherwise) text.Append($"  {name}: {value}\n");
        }
        Line("connections-per-second", limits.ConnectionsPerSecond, by.ConnectionsPerSecond);
        Line("connections", limits.Connections, by.Connections);
        Line("destinations-per-minute", limits.DestinationsPerMinute, by.DestinationsPerMinute);
        Line("bytes-per-second", limits.BytesPerSecond, by.BytesPerSecond);
        Line("packets-per-second", limits.PacketsPerSecond, by.PacketsPerSecond);
        Line("questions-per-second", limits.QuestionsPerSecond, by.QuestionsPerSecond);
        Line("names-per-minute", limits.NamesPerMinute, by.NamesPerMinute);
        return text.ToString();
    }

    private static string Quoted(string text) => $"\"{string.Concat(text.Select(letter => letter is '"' or '\\' ? $"\\{letter}" : char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()))}\"";
}
