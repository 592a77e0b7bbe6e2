using System.Net;
using System.Text.Json;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>One decision on what left a container or wanted to.</summary>
/// <param name="Name">The name that was asked for, or that the address was an answer for; null when there is none.</param>
/// <param name="To">Null for a question to a name server.</param>
/// <param name="Protocol">`tcp`, `postgres`, `udp`, `dns`, `icmp`, or the number of another.</param>
internal sealed record EgressEvent(DateTimeOffset Time, Decision Decision, EgressReason Reason, string Protocol, string? Name, IPEndPoint? To)
{
    /// <summary>Characters of a statement in a sentence.</summary>
    private const int mostStatement = 100;

    /// <summary>What a protocol that looks at what passes has against it; passes when it is about the connection.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>The statement that it is about, and whose it is; null when there is none.</summary>
    public StatementFields? Statement { get; init; }

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
    public (EgressReason, Reason, string, string?, IPEndPoint?, string?) Key => (Reason, Verdict.Reason, Protocol, Name, To, Statement is { } statement ? $"{statement.Shape?.Id} {statement.Identity}" : null);

    /// <summary>Whether there is nothing against it.</summary>
    public bool IsPlain => Reason == EgressReason.None && Verdict.Passes;

    /// <summary>Why, as events say it; empty when there is nothing against it.</summary>
    public string Why => Reason != EgressReason.None ? Reasons.Kebab(Reason.ToString()) : Verdict.Passes ? "" : Reasons.Name(Verdict.Reason);

    /// <param name="container">Whose it is; null when nobody said.</param>
    public void Write(Utf8JsonWriter json, string? container, long dropped)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, Time);
        if (container is not null) json.WriteString("container"u8, container);
        json.WriteString("decision"u8, DecisionNames.Of(Decision));
        if (!IsPlain) json.WriteString("reason"u8, Why);
        json.WriteString("protocol"u8, Protocol);
        if (Name is not null) json.WriteString("name"u8, Name);
        if (To is not null)
        {
            json.WriteString("address"u8, To.Address.ToString());
            if (To.Port > 0) json.WriteNumber("port"u8, To.Port);
        }
        Statement?.Write(json);
        if (Detail is not null) json.WriteString("detail"u8, Detail);
        if (Count > 1) json.WriteNumber("count"u8, Count);
        if (Sent + Received > 0)
        {
            json.WriteNumber("sentBytes"u8, Sent);
            json.WriteNumber("receivedBytes"u8, Received);
        }
        if (!IsPlain)
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
        var detail = Detail ?? (Statement?.Shape is { } shape ? Short(shape.Text) : null);
        var limit = Statement?.Limit is { } most ? $", at most {most}" : "";
        return $"{DecisionNames.Of(Decision)} {what}: {Why}{limit}{(detail is null ? "" : $" ({detail})")}{(Count > 1 ? $", {Count} times" : "")}";
    }

    /// <summary>Quoted names of a statement may have anything, and it is shown on a terminal.</summary>
    private static string Short(string text) => string.Concat((text.Length > mostStatement ? $"{text[..mostStatement]} …" : text).Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));

    private static string Place(IPEndPoint to) => to.Port > 0 ? to.ToString() : to.Address.ToString();
}
