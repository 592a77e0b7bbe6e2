using System.Net;
using System.Text.Json;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>One decision on what left a container or wanted to.</summary>
/// <param name="Name">The name that was asked for, or that the address was an answer for; null when there is none.</param>
/// <param name="To">Null for a question to a name server.</param>
/// <param name="Protocol">`tcp`, `udp`, `dns`, `icmp`, or the number of another.</param>
internal sealed record EgressEvent(DateTimeOffset Time, Decision Decision, EgressReason Reason, string Protocol, string? Name, IPEndPoint? To)
{
    /// <summary>How often since it was last told.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The entry of `egress` that would let it pass; null when none would.</summary>
    public EgressRule? Exception { get; init; }

    /// <summary>What of the container's bytes went there, and what came back; of an end of a connection.</summary>
    public long Sent { get; init; }
    public long Received { get; init; }

    /// <summary>Kind of the question, or what of it was wrong; null when nothing is to be added.</summary>
    public string? Detail { get; init; }

    /// <summary>Whose repetitions are counted together.</summary>
    public (EgressReason, string, string?, IPEndPoint?) Key => (Reason, Protocol, Name, To);

    public void Write(Utf8JsonWriter json, long dropped)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, Time);
        json.WriteString("decision"u8, DecisionNames.Of(Decision));
        if (Reason != EgressReason.None) json.WriteString("reason"u8, Reasons.Kebab(Reason.ToString()));
        json.WriteString("protocol"u8, Protocol);
        if (Name is not null) json.WriteString("name"u8, Name);
        if (To is not null)
        {
            json.WriteString("address"u8, To.Address.ToString());
            if (To.Port > 0) json.WriteNumber("port"u8, To.Port);
        }
        if (Detail is not null) json.WriteString("detail"u8, Detail);
        if (Count > 1) json.WriteNumber("count"u8, Count);
        if (Sent + Received > 0)
        {
            json.WriteNumber("sentBytes"u8, Sent);
            json.WriteNumber("receivedBytes"u8, Received);
        }
        if (Reason != EgressReason.None)
        {
            json.WriteStartArray("exception"u8);
            if (Exception is not null) json.WriteStringValue($"egress: [{ProfileText.Entry(Exception)}]");
            json.WriteEndArray();
        }
        if (dropped > 0) json.WriteNumber("droppedBefore"u8, dropped);
        json.WriteEndObject();
    }

    /// <summary>A sentence for people.</summary>
    public string Sentence()
    {
        var what = (Name, To) switch
        {
            (null, null) => Protocol,
            (null, _) => $"{Protocol} {Place(To)}",
            (_, null) => $"{Protocol} {Name}",
            _ => $"{Protocol} {Name} ({Place(To)})",
        };
        return $"{DecisionNames.Of(Decision)} {what}: {Reasons.Kebab(Reason.ToString())}{(Detail is null ? "" : $" ({Detail})")}{(Count > 1 ? $", {Count} times" : "")}";
    }

    private static string Place(IPEndPoint to) => to.Port > 0 ? to.ToString() : to.Address.ToString();
}
