using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>What is tried: it listens and forwards to one upstream.</summary>
internal interface IGateway : IDisposable
{
    int Port { get; }

    /// <summary>What it said since the last call; null when it says nothing.</summary>
    IReadOnlyList<Told>? Take();
}

/// <summary>A decision as the guard told of it.</summary>
internal sealed record Told(Decision Decision, Reason Reason, Part Where, string Method, string Target, IReadOnlyList<(string Name, string Value)> Fields, long Bytes, int Status, string Client);

/// <summary>The guard in this process, with short times.</summary>
internal sealed class GuardGateway : IGateway, IEventSink
{
    private readonly Gateway gateway;
    private readonly List<Told> told = [];
    private readonly SelfSigned? certificate;

    /// <param name="inspectors">None for a guard that streams bodies; one that needs bodies for a guard that holds them back.</param>
    public GuardGateway(int upstream, params IInspector[] inspectors) : this(upstream, Behind.Clients, inspectors) { }

    public GuardGateway(int upstream, Behind behind, IInspector[] inspectors, Mode mode = Mode.Enforce)
    {
        if (behind == Behind.Http2) certificate = new();
        gateway = new(new GuardOptions
        {
            Listeners = [new(new(IPAddress.Loopback, 0)) { ExpectsProxyHeader = behind == Behind.Header, TrustedProxies = behind == Behind.Trusted ? [IPNetwork.Parse("127.0.0.0/8")] : [], Tls = certificate?.Options }],
            Sites = [new() { Name = "tests", Mode = mode, Upstreams = [new("upstream", new(IPAddress.Loopback, upstream))], Health = new() { Failures = 1_000_000 } }],
            Limits = GuardLimits.Default with { HeadTime = 2_000, HandshakeTime = 2_000, BodyTime = 1_500, ResponseTime = 5_000, ResponseBodyTime = 3_000, LingerTime = 300 },
        }, inspectors, this, TimeProvider.System);
        gateway.Start();
    }

    public int Port => gateway.Endpoints[0].Port;

    public void Record(in GuardEvent recorded)
    {
        var request = recorded.Request;
        var fields = new List<(string, string)>();
        if (request is not null)
            foreach (var field in request.Fields) fields.Add((Encoding.Latin1.GetString(request[field.Name]), Encoding.Latin1.GetString(request[field.Value])));
        var one = new Told(recorded.Decision, recorded.Verdict.Reason, recorded.Verdict.Where, request is null ? "" : Encoding.Latin1.GetString(request[request.Method]), request is null ? "" : Encoding.Latin1.GetString(request[request.Target]), fields, recorded.RequestBytes, recorded.Status, $"{recorded.Client}");
        lock (told) told.Add(one);
    }

    public IReadOnlyList<Told> Take()
    {
        lock (told)
        {
            Told[] taken = [.. told];
            told.Clear();
            return taken;
        }
    }

    public void Dispose()
    {
        gateway.Dispose();
        certificate?.Dispose();
    }
}

/// <summary>A certificate for site.test in files.</summary>
internal sealed class SelfSigned : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-guard-").FullName;

    public SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=site.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "chain.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    public TlsOptions Options => new() { Certificates = [new(Path.Combine(folder, "chain.pem"), Path.Combine(folder, "key.pem"))] };

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>Wants to see every body, and has nothing against any.</summary>
internal sealed class BodyReader : IInspector
{
    public string Id => "test/bodies";
    public Needs Needs => Needs.RequestHead | Needs.RequestBody;

    public Verdict Inspect(Message message, Needs stage) => default;
}

/// <summary>A proxy that nobody made strict, as installed: what the guard is for.</summary>
internal sealed class PlainProxy(string program, int upstream) : IGateway
{
    private readonly Daemon daemon = program switch
    {
        "nginx" => new(["proxy-nginx.conf"], ["nginx", "-c", "FOLDER/proxy-nginx.conf", "-e", "FOLDER/errors"], upstream),
        "haproxy" => new(["proxy-haproxy.cfg"], ["haproxy", "-f", "FOLDER/proxy-haproxy.cfg"], upstream),
        _ => throw new ArgumentOutOfRangeException(nameof(program)),
    };

    public int Port => daemon.Port;

    public IReadOnlyList<Told>? Take() => null;

    public void Dispose() => daemon.Dispose();
}
