using System.Text.Json;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Events;

/// <summary>What an event says of a statement: its shape, which has no values, and whose it is.</summary>
/// <param name="Shape">Null for what is no statement.</param>
/// <param name="Rows">Rows that it gave; 0 when that does not matter.</param>
/// <param name="Limit">What it went beyond, as `600 a minute`; null when it is about no limit.</param>
internal sealed record StatementFields(Identity Identity, Shape? Shape, long Rows = 0, string? Limit = null)
{
    /// <summary>Characters of a shape; the profile has all of it.</summary>
    private const int mostText = 1_000;

    /// <summary>The shape, as much of it as an event has.</summary>
    public string Shown => Shape is null ? "" : Shape.Text.Length > mostText ? Shape.Text[..mostText] : Shape.Text;

    /// <summary>The command that would permit it; null for what is permitted.</summary>
    public string? Accept => Shape is { IsPermitted: false } ? $"plimsoll guard profile accept FILE {Shape.Id}" : null;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("database"u8, Identity.Database);
        json.WriteString("user"u8, Identity.User);
        json.WriteString("application"u8, Identity.Application);
        if (Shape is null) return;
        json.WriteString("shape"u8, Shape.Id);
        json.WriteString("statement"u8, Shown);
        if (Shape.Bad.Count > 0)
        {
            json.WriteStartArray("known-bad"u8);
            foreach (var rule in Shape.Bad) json.WriteStringValue(rule);
            json.WriteEndArray();
        }
        if (Rows > 0) json.WriteNumber("rows"u8, Rows);
        if (Limit is not null) json.WriteString("limit"u8, Limit);
        if (Accept is { } accept) json.WriteString("accept"u8, accept);
    }
}
