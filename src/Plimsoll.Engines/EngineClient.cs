using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines;

/// <summary>An image as an engine describes it.</summary>
/// <param name="Id">Digest of its configuration.</param>
/// <param name="DiffIds">Digests of its uncompressed layers, the lowest first.</param>
/// <param name="Size">Bytes of its unpacked layers, by which progress is judged; 0 where the engine does not say.</param>
public sealed record EngineImage(string Id, ImmutableArray<string> Names, ImmutableArray<string> DiffIds, long Size);

/// <summary>A container as an engine describes it.</summary>
/// <param name="Config">How it was created, in the fields of an image configuration.</param>
/// <param name="Mounts">Folders and files of it that lie outside its own file system, sorted.</param>
public sealed record EngineContainer(string Id, string Name, string ImageId, bool IsRunning, JsonElement Config, ImmutableArray<string> Mounts)
{
    /// <summary>How the engine runs it, `HostConfig`: ports, rights, networks.</summary>
    public JsonElement Host { get; init; }
}

/// <summary>A path of a container's read/write layer.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="IsDeleted">The image has it and the container no more.</param>
public readonly record struct EngineChange(string Path, bool IsDeleted);

/// <summary>
/// Speaks to an engine of this machine: the Docker Engine API over a Unix socket, which Podman serves too. Nothing is
/// changed in the engine. Requests carry no version, so each engine answers in its own.
/// </summary>
public sealed class EngineClient : IDisposable
{
    private const int DescriptionBytes = 16 << 20;

    /// <summary>A container with half a million changed paths stays below it.</summary>
    private const int ChangesBytes = 128 << 20;

    /// <summary>Engines prepare large images for minutes before their first byte.</summary>
    private static readonly TimeSpan stall = TimeSpan.FromMinutes(10);

    private readonly HttpClient http;

    private EngineClient(EngineKind kind, string socket)
    {
        Kind = kind;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(EngineSocket.Open(socket, stall)),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = new Uri("http://engine"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public EngineKind Kind { get; }

    /// <summary>Name and version that the engine gives with each answer; empty before the first.</summary>
    public string Server { get; private set; } = "";

    /// <exception cref="PlimsollException">It does not run here, or may not be used.</exception>
    public static EngineClient Connect(EngineKind kind) => new(kind, EngineSocket.Find(kind));

    /// <returns>Null when the engine has no such image.</returns>
    public EngineImage? FindImage(string name)
    {
        CheckName(name, "image");
        using var response = Get($"/images/{name}/json", $"the description of image `{name}`", isOptional: true);
        if (response is null) return null;
        using var document = Read(response, DescriptionBytes, $"its description of image `{name}`");
        var image = document.RootElement;
        return new EngineImage(Required(image, "Id", $"image `{name}`"), image.Texts("RepoTags"), image.Member("RootFS").Texts("Layers"), image.Number("Size") ?? 0);
    }

    /// <returns>Null when the engine has no such container.</returns>
    public EngineContainer? FindContainer(string name)
    {
        CheckName(name, "container");
        using var response = Get($"/containers/{name}/json", $"the description of container `{name}`", isOptional: true);
        if (response is null) return null;
        using var document = Read(response, DescriptionBytes, $"its description of container `{name}`");
        var container = document.RootElement;
        return new EngineContainer(
            Required(container, "Id", $"container `{name}`"),
            (container.Text("Name") ?? name).TrimStart('/'),
            Required(container, "Image", $"container `{name}`"),
            container.Member("State").Member("Running") is { ValueKind: JsonValueKind.True },
            container.Member("Config").Clone(),
            [.. container.Member("Mounts").Items().Select(mount => mount.Text("Destination")).OfType<string>().Order(StringComparer.Ordinal)]) { Host = container.Member("HostConfig").Clone() };
    }

    /// <summary>The archive that `docker save` writes.</summary>
    public EngineStream SaveImage(string id) => Stream($"/images/{id}/get", $"image `{id}`");

    /// <summary>The whole file system of a container as one tar, mounts left out.</summary>
    public EngineStream ExportContainer(EngineContainer container) => Stream($"/containers/{container.Id}/export", $"container `{container.Name}`");

    /// <summary>What a container's read/write layer holds; folders above a change are changes too.</summary>
    public IReadOnlyList<EngineChange> Changes(EngineContainer container)
    {
        using var response = Get($"/containers/{container.Id}/changes", $"the changes of container `{container.Name}`");
        using var document = Read(response!, ChangesBytes, $"its list of changes of container `{container.Name}`");
        return [.. document.RootElement.Items().Select(change => new EngineChange(Required(change, "Path", "a change"), change.Number("Kind") == 2))];
    }

    /// <summary>Whether the container has a file at a path that a tar archive can hold: sockets and what is gone meanwhile are none.</summary>
    public bool HasArchivable(EngineContainer container, string path)
    {
        const long Socket = 1L << 24; // Go's os.ModeSocket, which both engines send.
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/containers/{container.Id}/archive?path={Uri.EscapeDataString(path)}");
        using var response = Send(request, $"the state of `{path}`");
        if (response.StatusCode == HttpStatusCode.NotFound) return false;
        if (!response.Headers.TryGetValues("X-Docker-Container-Path-Stat", out var values)) return true;
        try
        {
            using var stat = JsonDocument.Parse(Convert.FromBase64String(values.First()));
            return ((stat.RootElement.Number("mode") ?? 0) & Socket) == 0;
        }
        catch (Exception thrown) when (thrown is FormatException or JsonException)
        {
            return true; // Unknown counts as there: the caller then says that it is missing.
        }
    }

    private EngineStream Stream(string path, string what)
    {
        var response = Get(path, what)!;
        return new EngineStream(response, $"{Kind.Display()} stopped sending {what}");
    }

    private HttpResponseMessage? Get(string path, string what, bool isOptional = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var response = Send(request, what);
        if (response.StatusCode == HttpStatusCode.OK) return response;
        using (response)
        {
            if (isOptional && response.StatusCode == HttpStatusCode.NotFound) return null;
            throw new PlimsollException("engine-refused", $"{Kind.Display()} does not give {what}: it answers {Answer.Describe(response)}.", "See the log of the engine.");
        }
    }

    private HttpResponseMessage Send(HttpRequestMessage request, string what)
    {
        try
        {
            var response = http.Send(request, HttpCompletionOption.ResponseHeadersRead);
            Server = response.Headers.Server.ToString();
            return response;
        }
        catch (HttpRequestException failed)
        {
            throw new PlimsollException("engine-failed", $"{Kind.Display()} does not give {what}: {Answer.Quote((failed.InnerException ?? failed).Message)}.", "Check that the engine runs; its log says more.");
        }
    }

    private JsonDocument Read(HttpResponseMessage response, int limit, string what)
    {
        try
        {
            return Answer.ReadJson(response, limit, $"{Kind.Display()}'s answer, {what},");
        }
        catch (Exception failed) when (failed is IOException or HttpRequestException)
        {
            throw new PlimsollException("engine-failed", $"{Kind.Display()} stopped while sending {what}: {Answer.Quote(failed.Message)}.", "Check that the engine runs; its log says more.");
        }
    }

    private string Required(JsonElement from, string member, string what) =>
        from.Text(member) ?? throw new PlimsollException("answer-malformed", $"{Kind.Display()}'s description of {what} has no `{member}`.", "Check that the right server answers.");

    /// <summary>Keeps a name from leading elsewhere in the API.</summary>
    private static void CheckName(string name, string what)
    {
        var isSafe = name.Length is > 0 and <= 512 && name.AsSpan().IndexOfAnyExcept(safe) < 0 && !name.Split('/').Any(part => part.Length == 0 || part.All(c => c == '.'));
        if (!isSafe) throw new PlimsollException("name-invalid", $"`{Answer.Quote(name)}` is no name of an {what}.".Replace("an container", "a container", StringComparison.Ordinal), what == "image" ? "Write NAME, NAME:TAG, NAME@DIGEST or the image's ID." : "Write the container's name or ID.");
    }

    private static readonly System.Buffers.SearchValues<char> safe = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/@");

    public void Dispose() => http.Dispose();
}

/// <summary>What an engine sends, to be read once from start to end. A cut is an exception that says what was cut.</summary>
public sealed class EngineStream(HttpResponseMessage response, string failure) : IDisposable
{
    private readonly Stream source = response.Content.ReadAsStream();

    /// <exception cref="PlimsollException">The engine stopped sending.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            return source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception failed) when (failed is IOException or HttpRequestException)
        {
            throw new PlimsollException("engine-failed", $"{failure}: {Answer.Quote(failed.Message)}.", "Check that the engine runs and has room on its disk; its log says more.");
        }
    }

    public void Dispose()
    {
        source.Dispose();
        response.Dispose();
    }
}
