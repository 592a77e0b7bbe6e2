using System.Collections.Immutable;
using System.Text.Json;

namespace Plimsoll.Core;

/// <summary>Reading JSON whose shape is somebody else's: what is absent or of another kind reads as nothing.</summary>
public static class Json
{
    public static JsonElement Member(this JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(this JsonElement from, string name) => from.Member(name).AsText();

    public static string? AsText(this JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? Number(this JsonElement from, string name) =>
        from.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static IEnumerable<JsonElement> Items(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    public static IEnumerable<JsonProperty> Members(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    public static ImmutableArray<string> Texts(this JsonElement from, string name) =>
        [.. from.Member(name).Items().Select(AsText).OfType<string>()];

    public static ImmutableSortedDictionary<string, string> Map(this JsonElement value)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var member in value.Members())
            if (member.Value.AsText() is { } text) map[member.Name] = text;
        return map.ToImmutable();
    }
}
