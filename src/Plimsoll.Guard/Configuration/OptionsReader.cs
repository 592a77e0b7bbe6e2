using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang;

namespace Plimsoll.Guard.Configuration;

/// <summary>Turns what was typed into options, or says all that is wrong with it.</summary>
internal static class OptionsReader
{
    /// <summary>A pool remembers what it tried in one bit each.</summary>
    public const int MostUpstreams = 64;

    /// <exception cref="PlimsollException">With every fault.</exception>
    public static GuardOptions Read(HttpGuardRequest request)
    {
        var faults = new List<string>();
        var tls = Tls(request, faults);
        var trusted = new List<IPNetwork>();
        foreach (var text in request.TrustedProxies)
        {
            if (IPNetwork.TryParse(text, out var network)) trusted.Add(network);
            else faults.Add($"`--trust-proxy {text}` is not a network as `10.0.0.0/8`");
        }
        var listeners = new List<ListenerOptions>();
        foreach (var text in request.Listen)
        {
            if (Parse(text, isListener: true) is { } address) listeners.Add(new(address) { Tls = tls, AllowsHttp2 = request.AllowsHttp2, ExpectsProxyHeader = request.ExpectsProxyHeader, TrustedProxies = trusted });
            else faults.Add($"`--listen {text}` is not an address and port");
        }
        var upstreams = new List<UpstreamOptions>();
        foreach (var text in request.Upstreams)
        {
            if (UpstreamText.Read(text, request.UpstreamAuthorities) is { } upstream) upstreams.Add(upstream);
            else faults.Add($"`--upstream {text}` is not a host that is known and a port");
        }
        if (upstreams.Count > MostUpstreams) faults.Add($"{upstreams.Count} upstreams are more than {MostUpstreams}");
        if (request.UpstreamAuthorities is { } file && !File.Exists(file)) faults.Add($"`{file}` does not exist");
        if (request.HealthTarget is { } target && !IsTarget(target))
            faults.Add($"`--health {target}` is not a path");
        if (request.BodyBytes < 0) faults.Add($"`--body-limit {request.BodyBytes}` is not a number of bytes");
        var ambiguities = Ambiguities(request, faults);
        var rules = Rules(request, faults);
        IPEndPoint? admin = null;
        if (request.Admin is { } typed && (admin = Parse(typed, isListener: true)) is null) faults.Add($"`--admin {typed}` is not an address and port");
        if (faults.Count > 0)
            throw new PlimsollException("guard-options", string.Join("; ", faults) + ".", "Write them as in `--listen 127.0.0.1:8080 --upstream app:3000`.");
        return new()
        {
            Listeners = listeners,
            Events = new() { RecordsAll = request.RecordsAll },
            Admin = admin,
            DrainTime = request.DrainTime,
            Limits = GuardLimits.Default with { BodyBytes = request.BodyBytes ?? GuardLimits.Default.BodyBytes },
            Sites =
            [
                new()
                {
                    Name = "default",
                    Upstreams = upstreams,
                    Mode = request.Mode,
                    Ambiguities = ambiguities,
                    Rules = rules,
                    SubjectField = request.SubjectField,
                    NamesField = request.NamesField,
                    FailMode = request.FailsOpen ? FailMode.Open : FailMode.Closed,
                    Balance = request.IsLeastConnections ? Balance.LeastConnections : Balance.RoundRobin,
                    Health = new() { Probe = request.HealthTarget },
                    Loads = request.Rate > 0 || request.AtOnce > 0 ? [new("/", request.Rate, request.Rate * 2, request.AtOnce)] : [],
                },
            ],
        };
    }

    /// <exception cref="PlimsollException">The rules have faults, each with its place.</exception>
    private static RuleProgram? Rules(HttpGuardRequest request, List<string> faults)
    {
        if (request.Paranoia is < 1 or > Paranoia.Most) faults.Add($"`--paranoia {request.Paranoia}` is not 1 to {Paranoia.Most}");
        if (request.Rules.Count > 0) return faults.Count == 0 ? RuleSection.Load(request.Rules, request.Paranoia, request.Detection ?? Detection.Structural) : null;
        if (request.Paranoia is not null) faults.Add("`--paranoia` needs `--rules`");
        if (request.Detection is not null) faults.Add("`--detection` needs `--rules`");
        return null;
    }

    private static AmbiguityOptions Ambiguities(HttpGuardRequest request, List<string> faults)
    {
        var allowed = AmbiguityNames.Read(request.AllowedAmbiguities, "--allow-ambiguity", faults);
        var refused = AmbiguityNames.Read(request.RefusedAmbiguities, "--refuse-ambiguity", faults);
        if (allowed.Overlaps(refused)) faults.Add("`--allow-ambiguity` and `--refuse-ambiguity` name the same");
        return new() { Allowed = allowed, Refused = refused, RefusesUnread = request.RefusesUnread };
    }

    /// <summary>What only makes sense together, and fields that the guard may write.</summary>
    private static void CheckClients(HttpGuardRequest request, List<string> faults)
    {
        if (request.ClientAuthorities is null)
            foreach (var (option, isGiven) in (ReadOnlySpan<(string, bool)>)[("--client-certificates", request.IsClientCertificateOptional), ("--client-revocations", request.Revocations is not null), ("--client-subject", request.SubjectField is not null), ("--client-names", request.NamesField is not null)])
                if (isGiven) faults.Add($"`{option}` needs `--client-ca`");
        foreach (var (option, field, example) in (ReadOnlySpan<(string, string?, string)>)[("--client-subject", request.SubjectField, "X-Client-Subject"), ("--client-names", request.NamesField, "X-Client-Names")])
            if (field is not null && !TrustSection.IsField(field)) faults.Add($"`{option} {field}` is no field that the guard may write, such as `{example}`");
        if (request.SubjectField is { } subject && string.Equals(subject, request.NamesField, StringComparison.OrdinalIgnoreCase)) faults.Add("`--client-subject` and `--client-names` are one field");
    }

    private static TlsOptions? Tls(HttpGuardRequest request, List<string> faults)
    {
        CheckClients(request, faults);
        if (request.TlsCertificates.Count != request.TlsKeys.Count) faults.Add($"{request.TlsCertificates.Count} `--tls-certificate` need as many `--tls-key`, not {request.TlsKeys.Count}");
        if (request.TlsCertificates.Count == 0)
        {
            if (request.ClientAuthorities is not null) faults.Add("`--client-ca` needs `--tls-certificate`");
            return null;
        }
        foreach (var file in request.TlsCertificates.Concat(request.TlsKeys).Concat(new[] { request.ClientAuthorities, request.Revocations }.OfType<string>()))
            if (!File.Exists(file)) faults.Add($"`{file}` does not exist");
        return new()
        {
            Certificates = [.. request.TlsCertificates.Zip(request.TlsKeys, (chain, key) => new CertificateFiles(chain, key))],
            Trust = request.ClientAuthorities is { } authorities ? new(authorities, !request.IsClientCertificateOptional, request.Revocations) : null,
            TellsNames = request.NamesField is not null,
            Profile = request.IsModernTls ? TlsProfile.Modern : TlsProfile.Intermediate,
        };
    }

    public static bool IsTarget(string text) => text.StartsWith('/') && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains('#', StringComparison.Ordinal);

    /// <summary>`app:8080`, `127.0.0.1:8080`, and for listeners `:8080`; null when it is neither or the name is not known.</summary>
    public static IPEndPoint? Parse(string text, bool isListener)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || (port == 0 && !isListener)) return null;
        var host = text[..colon];
        if (host.Length == 0) return isListener ? new(IPAddress.Any, port) : null;
        if (IPAddress.TryParse(host.StartsWith('[') ? host.Trim('[', ']') : host, out var address)) return new(address, port);
        if (isListener && host != "localhost") return null;
        try
        {
            var found = Dns.GetHostAddresses(host);
            return found.Length == 0 ? null : new(Array.Find(found, one => one.AddressFamily == AddressFamily.InterNetwork) ?? found[0], port);
        }
        catch (Exception thrown) when (thrown is SocketException or ArgumentException)
        {
            return null;
        }
    }
}
