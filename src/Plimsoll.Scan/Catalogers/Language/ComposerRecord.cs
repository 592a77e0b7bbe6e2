using System.Text.Json;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>One package of installed.json: the fields that the catalog needs.</summary>
internal sealed class ComposerRecord
{
    private const int MaxDepth = 64;

    /// <summary>Where it starts, from 1.</summary>
    public int Line { get; private init; }

    public string? Name { get; private set; }
    public string? Version { get; private set; }
    public string? Author { get; private set; }
    public SortedSet<string> Licenses { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys of `require`.</summary>
    public SortedSet<string> Needs { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys of `replace` and `provide`: names that it answers to.</summary>
    public SortedSet<string> Provides { get; } = new(StringComparer.Ordinal);

    /// <exception cref="JsonException">The text is no JSON, or has no array of packages; records before the fault were given.</exception>
    /// <exception cref="InvalidOperationException">A string is no UTF-8.</exception>
    public static void ReadAll(ReadOnlySpan<byte> text, Action<ComposerRecord> take)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray) ReadArray(ref reader, text, take);
        else
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
            var seen = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isPackages = reader.ValueTextEquals("packages"u8);
                reader.Read();
                if (!isPackages) reader.Skip();
                else if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
                else
                {
                    ReadArray(ref reader, text, take);
                    seen = true;
                }
            }
            if (!seen) throw new JsonException();
        }
        // What follows is refused by the reader: one call looks for it.
        reader.Read();
    }

    private static void ReadArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, Action<ComposerRecord> take)
    {
        var (line, counted) = (1, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
            line += text[counted..(int)reader.TokenStartIndex].Count((byte)'\n');
            counted = (int)reader.TokenStartIndex;
            var record = new ComposerRecord { Line = line };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) record.ReadField(ref reader);
            take(record);
        }
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("name"u8)) Name = ReadString(ref reader);
        else if (reader.ValueTextEquals("version"u8)) Version = ReadString(ref reader);
        else if (reader.ValueTextEquals("license"u8)) ReadLicenses(ref reader);
        else if (reader.ValueTextEquals("authors"u8)) ReadAuthors(ref reader);
        else if (reader.ValueTextEquals("require"u8)) ReadKeys(ref reader, Needs);
        else if (reader.ValueTextEquals("replace"u8) || reader.ValueTextEquals("provide"u8)) ReadKeys(ref reader, Provides);
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

    /// <summary>A name or an array of names.</summary>
    private void ReadLicenses(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) AddLicense(reader.GetString());
        else if (reader.TokenType != JsonTokenType.StartArray) reader.Skip();
        else
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                if (reader.TokenType == JsonTokenType.String) AddLicense(reader.GetString());
                else reader.Skip();
    }

    private void AddLicense(string? license)
    {
        if (!string.IsNullOrWhiteSpace(license)) Licenses.Add(license.Trim());
    }

    /// <summary>The first author's name; a record without one has no supplier.</summary>
    private void ReadAuthors(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue; // Composer ignores authors that are no objects.
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                if (reader.ValueTextEquals("name"u8)) Author ??= ReadString(ref reader);
                else reader.Skip();
        }
    }

    /// <summary>The keys of an object; PHP writes an empty one as an array.</summary>
    private static void ReadKeys(ref Utf8JsonReader reader, SortedSet<string> keys)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.GetString() is { Length: > 0 } key) keys.Add(key);
            reader.Skip();
        }
    }
}
