using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>A guard and the application behind it, for all techniques of one class.</summary>
public sealed class Setting<TUpstream> : IDisposable where TUpstream : Upstream, new()
{
    private readonly TUpstream application = new();
    private GuardGateway? gateway;
    private Tap? tap;
    private Trial? trial;

    /// <summary>Null when the application can run, else why not.</summary>
    public string? Missing => application.Missing;

    internal Trial Trial(params IInspector[] inspectors) => Trial(Behind.Clients, inspectors);

    internal Trial Trial(Behind behind, params IInspector[] inspectors) => trial ?? TrialOf(behind, inspectors, Mode.Enforce);

    /// <summary>A guard that forwards what it is only against, as long as that has one reading.</summary>
    internal Trial DetectingTrial(Behind behind) => trial ?? TrialOf(behind, [], Mode.Detect);

    private Trial TrialOf(Behind behind, IInspector[] inspectors, Mode mode)
    {
        tap = new(application.Port);
        gateway = new(tap.Port, behind, inspectors, mode);
        return trial = new(gateway, new Client(gateway.Port, behind == Behind.Header ? "PROXY TCP4 192.0.2.9 192.0.2.1 1000 80\r\n" : ""), tap, application);
    }

    /// <summary>The same over HTTP/2; null when the guard does not speak it.</summary>
    internal async Task<Trial?> Http2TrialAsync(Mode mode)
    {
        if (gateway is not null) return trial;
        tap = new(application.Port);
        gateway = new(tap.Port, Behind.Http2, [], mode);
        var client = new Http2Client(gateway.Port);
        return trial = await client.IsSpokenAsync() ? new(gateway, client, tap, application) : null;
    }

    /// <summary>Runs a technique, and fails with all that is wrong with what came of it.</summary>
    internal async Task CheckAsync(string id, Func<Trial> trial)
    {
        if (Missing is { } missing) Assert.Skip(missing);
        var technique = TechniqueFile.All.Concat(Http2File.All).Single(one => one.Id == id);
        var faults = Judge.Faults(technique, await trial().RunAsync(technique)).ToList();
        if (faults.Count > 0) Cut();
        if (technique.Defect is { } defect)
        {
            Assert.True(faults.Count > 0, $"{id} holds now: take its `defect:` line away");
            Assert.Skip($"known defect: {defect}");
        }
        Assert.True(faults.Count == 0, $"{id} ({technique.Source}) must be {technique.Must}:\n{string.Join('\n', faults)}");
    }

    /// <summary>Runs a technique where nothing need be refused, and fails with all that was forwarded otherwise than it was told of.</summary>
    internal async Task CheckDetectedAsync(string id, Func<Trial> trial)
    {
        if (Missing is { } missing) Assert.Skip(missing);
        var faults = Judge.FaultsOfDetected(await trial().RunAsync(TechniqueFile.All.Concat(Http2File.All).Single(one => one.Id == id))).ToList();
        if (faults.Count > 0) Cut();
        Assert.True(faults.Count == 0, $"{id} in mode detect:\n{string.Join('\n', faults)}");
    }

    /// <summary>What went wrong with a connection to the application is not the next technique's.</summary>
    internal void Cut() => tap!.Cut();

    public void Dispose()
    {
        gateway?.Dispose();
        tap?.Dispose();
        application.Dispose();
    }
}

public static class TechniqueIds
{
    public static TheoryData<string> Requests => [.. TechniqueFile.Requests.Select(technique => technique.Id)];
    public static TheoryData<string> Trusted => [.. TechniqueFile.OfProxies(Behind.Trusted).Select(technique => technique.Id)];
    public static TheoryData<string> ProxyHeaders => [.. TechniqueFile.OfProxies(Behind.Header).Select(technique => technique.Id)];
    public static TheoryData<string> Http2 => [.. Http2File.All.Select(technique => technique.Id)];
    public static TheoryData<string> Answers => [.. TechniqueFile.Answers.Select(technique => technique.Id)];
}

/// <summary>Every technique against the guard, with a real application behind it: refused, or what the guard saw is what the application saw.</summary>
public abstract class TechniqueTests<TUpstream>(Setting<TUpstream> setting) : IClassFixture<Setting<TUpstream>> where TUpstream : Upstream, new()
{
    /// <summary>None for a guard that streams bodies.</summary>
    private protected virtual IInspector[] Inspectors => [];

    [Theory, MemberData(nameof(TechniqueIds.Requests), MemberType = typeof(TechniqueIds))]
    public Task Is_refused_or_harmless(string id) => setting.CheckAsync(id, () => setting.Trial(Inspectors));
}

public sealed class NginxTechniqueTests(Setting<Nginx> setting) : TechniqueTests<Nginx>(setting);

public sealed class ApacheTechniqueTests(Setting<Apache> setting) : TechniqueTests<Apache>(setting);

public sealed class KestrelTechniqueTests(Setting<Kestrel> setting) : TechniqueTests<Kestrel>(setting);

public sealed class NodeTechniqueTests(Setting<Node> setting) : TechniqueTests<Node>(setting);

/// <summary>A guard that holds every body back until it is whole.</summary>
public sealed class HeldBodyTechniqueTests(Setting<Node> setting) : TechniqueTests<Node>(setting)
{
    private protected override IInspector[] Inspectors => [new BodyReader()];
}

/// <summary>A guard in mode detect: whatever it forwards is what it told of, and what it told of is what the application read.</summary>
public sealed class DetectedTechniqueTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.Requests), MemberType = typeof(TechniqueIds))]
    public Task Is_told_of_and_forwarded_exactly_or_not_at_all(string id) => setting.CheckDetectedAsync(id, () => setting.DetectingTrial(Behind.Clients));
}

public sealed class DetectedTrustedProxyTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.Trusted), MemberType = typeof(TechniqueIds))]
    public Task Is_told_of_and_forwarded_exactly_or_not_at_all(string id) => setting.CheckDetectedAsync(id, () => setting.DetectingTrial(Behind.Trusted));
}

public sealed class DetectedProxyHeaderTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.ProxyHeaders), MemberType = typeof(TechniqueIds))]
    public Task Is_told_of_and_forwarded_exactly_or_not_at_all(string id) => setting.CheckDetectedAsync(id, () => setting.DetectingTrial(Behind.Header));
}

public sealed class DetectedHttp2TechniqueTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.Http2), MemberType = typeof(TechniqueIds))]
    public async Task Is_told_of_and_forwarded_exactly_or_not_at_all(string id)
    {
        if (setting.Missing is { } missing) Assert.Skip(missing);
        var trial = await setting.Http2TrialAsync(Mode.Detect) ?? throw new InvalidOperationException("the guard does not speak HTTP/2");
        await setting.CheckDetectedAsync(id, () => trial);
    }
}

/// <summary>A guard behind proxies that it trusts.</summary>
public sealed class TrustedProxyTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.Trusted), MemberType = typeof(TechniqueIds))]
    public Task Is_refused_or_harmless(string id) => setting.CheckAsync(id, () => setting.Trial(Behind.Trusted));
}

/// <summary>A guard behind a proxy that says who the client is before the first request.</summary>
public sealed class ProxyHeaderTests(Setting<Node> setting) : IClassFixture<Setting<Node>>
{
    [Theory, MemberData(nameof(TechniqueIds.ProxyHeaders), MemberType = typeof(TechniqueIds))]
    public Task Is_refused_or_harmless(string id) => setting.CheckAsync(id, () => setting.Trial(Behind.Header));
}

/// <summary>HTTP/2 from the client, HTTP/1.1 to the application.</summary>
public abstract class Http2TechniqueTests<TUpstream>(Setting<TUpstream> setting) : IClassFixture<Setting<TUpstream>> where TUpstream : Upstream, new()
{
    [Theory, MemberData(nameof(TechniqueIds.Http2), MemberType = typeof(TechniqueIds))]
    public async Task Is_refused_or_harmless(string id)
    {
        if (setting.Missing is { } missing) Assert.Skip(missing);
        if (await setting.Http2TrialAsync(Mode.Enforce) is not { } trial) Assert.Skip("the guard does not speak HTTP/2");
        else await setting.CheckAsync(id, () => trial);
    }
}

public sealed class NginxHttp2TechniqueTests(Setting<Nginx> setting) : Http2TechniqueTests<Nginx>(setting);

public sealed class NodeHttp2TechniqueTests(Setting<Node> setting) : Http2TechniqueTests<Node>(setting);
