using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>What of one guarded run must survive a process: in a folder of its own, which only root reads.</summary>
internal sealed record RunState
{
    private const string fileName = "run.json";
    private const string holderMark = "holder";
    private const int mostBytes = 1 << 20;

    /// <summary>They say which engine is meant.</summary>
    private static readonly string[] variables = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "XDG_RUNTIME_DIR"];

    public required string Folder { get; init; }
    public required string Holder { get; init; }

    /// <summary>First words of a command to the engine.</summary>
    public required ImmutableArray<string> Engine { get; init; }

    public required ImmutableDictionary<string, string> Environment { get; init; }

    /// <summary>The supervisor's number and, because numbers are given anew, when it began.</summary>
    public required int Process { get; init; }
    public required string Began { get; init; }

    /// <summary>Absolute; null for none.</summary>
    public string? Profile { get; init; }
    public string? Events { get; init; }

    /// <summary>The name that the container was given; null for one that the engine makes up.</summary>
    public string? Name { get; init; }

    /// <summary>As events call it: its name, or the value of its label <see cref="RunPlan.Label"/>.</summary>
    public string Container => Name ?? Id;

    public ImmutableArray<string> Ports { get; init; } = [];

    /// <summary>Networks of the engine whose containers are known by their names.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>Whether the engine was ever asked to start the holder.</summary>
    public bool HasHolder => File.Exists(Path.Combine(Folder, holderMark));

    public static void MarkHolder(string folder) => File.WriteAllText(Path.Combine(folder, holderMark), "");

    public string Id => Path.GetFileName(Folder);

    /// <summary>The policy in force, as it was at the start: a later change of the profile is for the next run.</summary>
    public string Policy => Path.Combine(Folder, "policy.yaml");

    public static ImmutableDictionary<string, string> EngineVariables() =>
        variables.Select(name => (name, System.Environment.GetEnvironmentVariable(name))).Where(one => one.Item2 is not null).ToImmutableDictionary(one => one.name, one => one.Item2!);

    /// <summary>Whether the supervisor is still there.</summary>
    public bool IsAlive => BeganAt(Process) == Began;

    /// <summary>Field 22 of /proc/PID/stat, proc(5); null when there is no such process.</summary>
    public static string? BeganAt(int process)
    {
        try
        {
            using var reader = new StreamReader($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            return reader.ReadLine() is { } line ? line[(line.LastIndexOf(')') + 2)..].Split(' ')[19] : null;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("holder", Holder);
            Words("engine", Engine);
            json.WriteStartObject("environment");
            foreach (var (name, value) in Environment) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteNumber("process", Process);
            json.WriteString("began", Began);
            if (Profile is not null) json.WriteString("profile", Profile);
            if (Events is not null) json.WriteString("events", Events);
            if (Name is not null) json.WriteString("name", Name);
            Words("ports", Ports);
            Words("networks", Networks);
            json.WriteEndObject();

            void Words(string name, IEnumerable<string> words)
            {
                json.WriteStartArray(name);
                foreach (var word in words) json.WriteStringValue(word);
                json.WriteEndArray();
            }
        }
        File.WriteAllBytes(Path.Combine(Folder, fileName), memory.ToArray());
    }

    /// <summary>Null when the folder has none that can be read.</summary>
    public static RunState? Read(string folder)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(folder, fileName));
            if (stream.Length > mostBytes) return null;
            using var json = JsonDocument.Parse(stream);
            var root = json.RootElement;
            if (root.Text("holder") is not { } holder || root.Number("process") is not { } process || root.Text("began") is not { } began) return null;
            return new()
            {
                Folder = folder,
                Holder = holder,
                Engine = [.. Words("engine")],
                Environment = root.TryGetProperty("environment", out var environment) ? environment.EnumerateObject().ToImmutableDictionary(one => one.Name, one => one.Value.GetString() ?? "") : ImmutableDictionary<string, string>.Empty,
                Process = (int)process,
                Began = began,
                Profile = root.Text("profile"),
                Events = root.Text("events"),
                Name = root.Text("name"),
                Ports = [.. Words("ports")],
                Networks = [.. Words("networks")],
            };

            IEnumerable<string> Words(string name) => root.GetProperty(name).EnumerateArray().Select(word => word.GetString() ?? "");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
