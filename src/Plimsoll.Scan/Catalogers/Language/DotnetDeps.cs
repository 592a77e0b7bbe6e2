using System.Text.Json;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// The dependencies file of a .NET application or shared framework (.NET's "runtime configuration files" specification,
/// deps.json): `libraries` says of each `NAME/VERSION` what it is, `targets` which files it brings and what it needs;
/// of several targets, the one that `runtimeTarget` names counts.
/// </summary>
internal sealed class DotnetDeps
{
    private const int MaxDepth = 64;

    private readonly Dictionary<string, Dictionary<string, Library>> targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> types = new(StringComparer.OrdinalIgnoreCase);
    private string? runtimeTarget;

    /// <summary>By `NAME/VERSION`: what the application runs with.</summary>
    public IReadOnlyDictionary<string, Library> Libraries { get; private set; } = new Dictionary<string, Library>();

    /// <summary>`package`, `project`, `runtimepack`, `reference`…; null when the file does not say.</summary>
    public string? TypeOf(string library) => types.GetValueOrDefault(library);

    /// <summary>`NAME/VERSION` of one library.</summary>
    internal sealed class Library
    {
        /// <summary>Whether it brings a file that the application loads. One without is a meta package, or one whose files the framework replaces.</summary>
        public bool HasFiles { get; set; }

        /// <summary>Names of what it needs.</summary>
        public List<string> Needs { get; } = [];
    }

    /// <exception cref="JsonException">The text breaks JSON's grammar, is nested too deep, or has no targets.</exception>
    /// <exception cref="InvalidOperationException">A string is no UTF-8.</exception>
    public static DotnetDeps Parse(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var deps = new DotnetDeps();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) deps.ReadField(ref reader);
        reader.Read(); // What follows the object is refused by the reader.
        deps.Libraries = deps.Choose();
        return deps;
    }

    private Dictionary<string, Library> Choose()
    {
        if (runtimeTarget is not null && targets.TryGetValue(runtimeTarget, out var named)) return named;
        // Without a name the host takes the only target; the longest name is the one with a runtime identifier.
        return targets.Count > 0 ? targets.OrderByDescending(pair => pair.Key.Length).First().Value : throw new JsonException("no `targets`");
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("runtimeTarget"u8)) ReadRuntimeTarget(ref reader);
        else if (reader.ValueTextEquals("targets"u8)) ReadTargets(ref reader);
        else if (reader.ValueTextEquals("libraries"u8)) ReadLibraries(ref reader);
        else reader.Skip();
    }

    /// <summary>`{"name": …}`, or in the oldest files the name alone.</summary>
    private void ReadRuntimeTarget(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) runtimeTarget = reader.GetString();
        else if (reader.TokenType == JsonTokenType.StartObject)
            while (Next(ref reader))
                if (reader.ValueTextEquals("name"u8)) runtimeTarget = String(ref reader);
                else reader.Skip();
    }

    private void ReadTargets(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        while (Next(ref reader))
        {
            var libraries = targets[reader.GetString()!] = new Dictionary<string, Library>(StringComparer.OrdinalIgnoreCase);
            Enter(ref reader);
            while (Next(ref reader)) libraries[reader.GetString()!] = ReadLibrary(ref reader);
        }
    }

    private static Library ReadLibrary(ref Utf8JsonReader reader)
    {
        var library = new Library();
        Enter(ref reader);
        while (Next(ref reader))
            if (reader.ValueTextEquals("dependencies"u8))
            {
                Enter(ref reader);
                while (Next(ref reader))
                {
                    library.Needs.Add(reader.GetString()!);
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("runtime"u8) || reader.ValueTextEquals("native"u8) || reader.ValueTextEquals("runtimeTargets"u8) || reader.ValueTextEquals("resources"u8))
            {
                Enter(ref reader);
                while (Next(ref reader))
                {
                    library.HasFiles |= !reader.GetString()!.EndsWith("/_._", StringComparison.Ordinal); // NuGet's name for "no file here".
                    reader.Skip();
                }
            }
            else reader.Skip();
        return library;
    }

    private void ReadLibraries(ref Utf8JsonReader reader)
    {
        Enter(ref reader);
        while (Next(ref reader))
        {
            var name = reader.GetString()!;
            types[name] = null;
            Enter(ref reader);
            while (Next(ref reader))
                if (reader.ValueTextEquals("type"u8)) types[name] = String(ref reader);
                else reader.Skip();
        }
    }

    private static void Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
    }

    private static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static string? String(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException();
    }
}
