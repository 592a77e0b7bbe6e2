using System.Globalization;
using System.Text.Json;
using Plimsoll.Core;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The states of all parts of feeds, in the file `feeds.json` of the database's folder: `{"format":1,"parts":[…]}`, each
/// part with the members of <see cref="FeedState"/>. Replaced as a whole, so that a reader sees one or the other.
/// </summary>
internal sealed class FeedStates
{
    public const string FileName = "feeds.json";

    private const int Format = 1;

    /// <summary>Bytes: 10,000 parts, where all feeds together have some hundred.</summary>
    private const int MaxBytes = 8 << 20;

    private readonly string path;
    private readonly Lock gate = new();
    private readonly SortedDictionary<(string Feed, string Part), FeedState> states = [];

    private FeedStates(string path) => this.path = path;

    /// <summary>Why the file could not be used, so that nothing counts as fetched; null when it could.</summary>
    public string? Damage { get; private init; }

    /// <summary>Sorted.</summary>
    public IReadOnlyList<FeedState> All
    {
        get
        {
            lock (gate) return [.. states.Values.Order()];
        }
    }

    public FeedState Find(string feed, string part)
    {
        lock (gate) return states.GetValueOrDefault((feed, part)) ?? new FeedState(feed, part);
    }

    /// <summary>Remembers a state at once: an update that is interrupted has lost nothing.</summary>
    public void Set(FeedState state)
    {
        lock (gate)
        {
            states[(state.Feed, state.Part)] = state;
            Write();
        }
    }

    public static FeedStates Read(string folder)
    {
        var place = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(place)) return new FeedStates(place);
            using var file = File.OpenRead(place);
            return Read(file, place);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new FeedStates(place) { Damage = $"`{place}` cannot be read: {failed.Message.TrimEnd('.')}" };
        }
    }

    /// <param name="name">How messages call it, and where changes are written.</param>
    public static FeedStates Read(Stream source, string name)
    {
        try
        {
            if (source.Length > MaxBytes) return new FeedStates(name) { Damage = $"`{name}` has {source.Length:N0} bytes, more than {MaxBytes:N0}" };
            using var document = JsonDocument.Parse(source);
            if (document.RootElement.Member("format") is not { ValueKind: JsonValueKind.Number } format || !format.TryGetInt32(out var number) || number != Format) return new FeedStates(name) { Damage = $"`{name}` is not of the format {Format}" };
            var read = new FeedStates(name);
            foreach (var part in document.RootElement.Member("parts").Items())
            {
                if (Read(part) is not { } state) return new FeedStates(name) { Damage = $"`{name}` has a part without the name of its feed" };
                read.states[(state.Feed, state.Part)] = state;
            }
            return read;
        }
        catch (JsonException malformed)
        {
            return new FeedStates(name) { Damage = $"`{name}` is no JSON: {malformed.Message.TrimEnd('.')}" };
        }
    }

    private static FeedState? Read(JsonElement part) => part.Text("feed") is not { Length: > 0 } feed ? null : new FeedState(feed, part.Text("part") ?? "")
    {
        From = part.Text("from") ?? "",
        Checked = Time(part, "checked"),
        Imported = Time(part, "imported"),
        Versions = [.. part.Member("versions").Items().Select(Version)],
        Index = Version(part.Member("index")),
        Through = Time(part, "through"),
        Bytes = part.Member("bytes") is { ValueKind: JsonValueKind.Number } bytes && bytes.TryGetInt64(out var length) ? length : 0,
        Error = part.Text("error"),
        Failed = Time(part, "failed"),
    };

    private static Validators Version(JsonElement version) => new(version.Text("etag"), version.Text("lastModified"));

    private static DateTimeOffset? Time(JsonElement part, string name) =>
        DateTimeOffset.TryParse(part.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private void Write()
    {
        try
        {
            var next = path + ".partial";
            using (var file = new FileStream(next, FileMode.Create, FileAccess.Write)) Write(file, states.Values);
            File.Move(next, path, overwrite: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("database-unwritable", $"`{path}` cannot be written: {failed.Message.TrimEnd('.')}.", "Check that you may write there and that there is space.");
        }
    }

    public static void Write(Stream to, IEnumerable<FeedState> states)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("format", Format);
        json.WriteStartArray("parts");
        foreach (var state in states.Order()) Write(json, state);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FeedState state)
    {
        json.WriteStartObject();
        json.WriteString("feed", state.Feed);
        Text("part", state.Part);
        Text("from", state.From);
        Text("checked", state.Checked?.ToString("O", CultureInfo.InvariantCulture));
        Text("imported", state.Imported?.ToString("O", CultureInfo.InvariantCulture));
        json.WriteStartArray("versions");
        foreach (var version in state.Versions) Version(version);
        json.WriteEndArray();
        if (state.Index != default)
        {
            json.WritePropertyName("index");
            Version(state.Index);
        }
        Text("through", state.Through?.ToString("O", CultureInfo.InvariantCulture));
        if (state.Bytes > 0) json.WriteNumber("bytes", state.Bytes);
        Text("error", state.Error);
        Text("failed", state.Failed?.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();

        void Version(Validators version)
        {
            json.WriteStartObject();
            Text("etag", version.ETag);
            Text("lastModified", version.LastModified);
            json.WriteEndObject();
        }

        void Text(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) json.WriteString(name, value);
        }
    }
}
