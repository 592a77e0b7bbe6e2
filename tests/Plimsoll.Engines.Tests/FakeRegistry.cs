using System.Collections.Concurrent;

namespace Plimsoll.Engines.Tests;

/// <summary>A registry that holds the tiny image and does what a test tells it.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly FakeServer server;
    private readonly TinyImage image;

    /// <param name="image">What it holds.</param>
    /// <param name="behave">Answers a request; null for the honest answer.</param>
    public FakeRegistry(TinyImage image, Func<Request, Response?> behave)
    {
        Assert.SkipWhen(image.SkipReason is not null, image.SkipReason ?? "");
        this.image = image;
        server = new FakeServer(request => behave(request) ?? Honest(request));
    }

    public string Host => server.Host;
    public string Target => $"registry:{Host}/library/tiny:1";
    public ConcurrentQueue<Request> Requests => server.Requests;

    /// <summary>What an honest registry answers, ranges included.</summary>
    public Response Honest(Request request, bool knowsRanges = true)
    {
        var parts = image.Parts();
        var last = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        if (last == "1") last = parts.Manifest;
        if (!last.StartsWith("sha256:", StringComparison.Ordinal) || !File.Exists(Path.Combine(image.Layout, "blobs", last.Replace(':', '/')))) return Response.Text(404, """{"errors":[{"code":"UNKNOWN","message":"unknown"}]}""");
        var body = image.Blob(last);
        if (!request.Headers.ContainsKey("range") || !knowsRanges) return new Response(200, body) { Headers = ["Content-Type: application/vnd.oci.image.manifest.v1+json"] };
        return new Response(206, body[(int)request.From..]) { Headers = [$"Content-Range: bytes {request.From}-{body.Length - 1}/{body.Length}"] };
    }

    public void Dispose() => server.Dispose();
}

internal static class LayerRequests
{
    public static bool IsLayer(this Request request, TinyImage image) => image.Parts().Layers.Any(layer => request.Path.EndsWith(layer.Digest, StringComparison.Ordinal));
}
