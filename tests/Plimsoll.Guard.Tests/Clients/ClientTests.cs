using Plimsoll.Guard.Tests.KnownTechniques;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Clients;

public static class Recordings
{
    public static TheoryData<string> Names => [.. Recording.All.Select(recording => recording.Name)];
}

/// <summary>No false alarm: what real clients sent passes in mode enforce, and the application sees what they sent.</summary>
public abstract class ClientTests<TUpstream>(Setting<TUpstream> setting) : IClassFixture<Setting<TUpstream>> where TUpstream : Upstream, new()
{
    /// <summary>Fields that are of the client's connection, or that the guard writes.</summary>
    private static readonly string[] hops = ["Connection", "Keep-Alive", "TE", "Expect", "Transfer-Encoding", "Content-Length", "Upgrade"];

    [Theory, MemberData(nameof(Recordings.Names), MemberType = typeof(Recordings))]
    public async Task Passes_unchanged(string name)
    {
        if (setting.Missing is { } missing) Assert.Skip(missing);
        var recording = Recording.All.Single(one => one.Name == name);
        if (recording.IsWebSocket && typeof(TUpstream) != typeof(Node)) return; // Only Node's application speaks it.
        var technique = recording.AsTechnique;
        var outcome = await setting.Trial().RunAsync(technique);
        var faults = Judge.Faults(technique, outcome).ToList();
        if (faults.Count > 0) setting.Cut();
        Assert.Empty(faults);
        Assert.Equal(recording.Requests.Select(Text), outcome.Requests.Select(Text));
        if (recording.IsWebSocket) Assert.EndsWith(Echo(recording.Bytes[recording.Http.Length..]), outcome.Answer, StringComparison.Ordinal);
    }

    /// <summary>A short frame as a server sends it: without the mask (RFC 6455, section 5.2).</summary>
    private static string Echo(byte[] frame) =>
        string.Concat(new[] { (char)frame[0], (char)(frame.Length - 6) }.Concat(frame.Skip(6).Select((letter, i) => (char)(letter ^ frame[2 + (i % 4)]))));

    private static string Text(StrictMessage request) =>
        string.Join('\n', [$"{request.Method} {request.Target}", .. request.Fields.Where(field => !hops.Contains(field.Name, StringComparer.OrdinalIgnoreCase) && !field.Name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)).Select(field => $"{field.Name.ToLowerInvariant()}: {field.Value}").Order(StringComparer.Ordinal), "", request.Body]);
}

public sealed class NginxClientTests(Setting<Nginx> setting) : ClientTests<Nginx>(setting);

public sealed class ApacheClientTests(Setting<Apache> setting) : ClientTests<Apache>(setting);

public sealed class KestrelClientTests(Setting<Kestrel> setting) : ClientTests<Kestrel>(setting);

public sealed class NodeClientTests(Setting<Node> setting) : ClientTests<Node>(setting);
