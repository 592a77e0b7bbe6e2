using System.Text.Json;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// The fields of a package.json that the catalog needs (npm's package-json documentation). One JSON object, at most
/// 64 levels deep, a byte order mark allowed as npm does; of a repeated key the last one counts, as in JavaScript.
/// </summary>
internal sealed class NpmManifest
{
    private const int MaxDepth = 64;

    public string? Name { get; private set; }
    public string? Version { get; private set; }
    public string? Author { get; private set; }
    public SortedSet<string> Licenses { get; } = new(StringComparer.Ordinal);

    /// <summary>Longest text, in characters, that is taken for a range of versions.</summary>
    private const int MaxRange = 256;

    /// <summary>Names in `dependencies`, `optionalDependencies` and `peerDependencies`, which are keys of folders in node_modules, each with the range that is asked for; null for what is none.</summary>
    public Dictionary<string, string?> Needs { get; } = new(StringComparer.Ordinal);

    /// <exception cref="JsonException">The text breaks JSON's grammar or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">A string is no UTF-8.</exception>
    public static NpmManifest Parse(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var manifest = new NpmManifest();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) manifest.ReadField(ref reader);
        // What follows the object is refused by the reader: one call looks for it.
        reader.Read();
        return manifest;
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("name"u8)) Name = ReadString(ref reader);
        else if (reader.ValueTextEquals("version"u8)) Version = ReadString(ref reader);
        else if (reader.ValueTextEquals("author"u8)) Author = ReadOneOf(ref reader, "name"u8);
        else if (reader.ValueTextEquals("license"u8) || reader.ValueTextEquals("licenses"u8)) ReadLicenses(ref reader);
        else if (reader.ValueTextEquals("dependencies"u8) || reader.ValueTextEquals("optionalDependencies"u8) || reader.ValueTextEquals("peerDependencies"u8)) ReadNeeds(ref reader);
        else reader.Skip();
    }

    /// <summary>The string, or null for a value of another type, which the caller finds missing.</summary>
    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    /// <summary>A string, or the string under a key of an object.</summary>
    private static string? ReadOneOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        reader.Read();
        return OneOf(ref reader, key);
    }

    private static string? OneOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        string? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (reader.ValueTextEquals(key)) value = ReadString(ref reader) ?? value;
            else reader.Skip();
        return value;
    }

    /// <summary>`"MIT"`, and the forms of old: `{"type": "MIT"}`, and an array of either.</summary>
    private void ReadLicenses(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            AddLicense(OneOf(ref reader, "type"u8));
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) AddLicense(OneOf(ref reader, "type"u8));
    }

    private void AddLicense(string? license)
    {
        if (!string.IsNullOrWhiteSpace(license)) Licenses.Add(license.Trim());
    }

    private void ReadNeeds(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip(); // Ancient manifests have arrays or null here; npm ignores those too.
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var range = ReadString(ref reader);
            if (name is { Length: > 0 }) Needs.TryAdd(name, range is { Length: <= MaxRange } ? range : null);
        }
    }
}
