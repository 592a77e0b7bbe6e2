using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// Ends TLS: by the name that the client asks for a certificate and whose certificates its clients have, versions and suites of
/// Mozilla's profiles. Files that change are read again; while they cannot be read, the last good ones serve.
/// </summary>
internal sealed class TlsServer : IDisposable
{
    private static readonly TimeSpan lookEvery = TimeSpan.FromSeconds(5);

    private static readonly TlsCipherSuite[] intermediate =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    /// <summary>Bytes of a subject, and of all alternative names; real ones have some hundred.</summary>
    private const int mostOfCertificate = 4_096;

    private readonly TlsOptions options;
    private readonly List<SslApplicationProtocol> protocols;
    private readonly TrustTable trusts;
    private readonly Timer? looking;
    private long filesChanged;
    private Loaded loaded;

    /// <param name="protocols">What clients may choose by ALPN; null for those of HTTP.</param>
    /// <exception cref="PlimsollException">A file cannot be read.</exception>
    public TlsServer(TlsOptions options, IReadOnlyList<SslApplicationProtocol>? protocols = null)
    {
        this.options = options;
        this.protocols = [.. protocols ?? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]];
        trusts = new(options);
        filesChanged = Changed();
        loaded = Load();
        looking = new(_ => Look(), null, lookEvery, lookEvery);
    }

    /// <summary>Of one certificate that is in no file.</summary>
    /// <param name="certificate">With its key.</param>
    public TlsServer(X509Certificate2 certificate, IReadOnlyList<SslApplicationProtocol> protocols)
    {
        options = new() { Certificates = [] };
        this.protocols = [.. protocols];
        trusts = new(options);
        loaded = new([(certificate, [])], [], this.protocols, isModern: false);
    }

    /// <summary>The one that serves clients that name no host.</summary>
    public X509Certificate2 Certificate => Volatile.Read(ref loaded).First;

    /// <summary>When each file of revoked certificates holds no longer.</summary>
    public IEnumerable<(string File, DateTimeOffset Until)> Revocations => Volatile.Read(ref loaded).Revocations;

    /// <summary>The encrypted transport, or null and why the handshake failed.</summary>
    public async ValueTask<(TlsTransport? Encrypted, Reason Failure)> AcceptAsync(InputBuffer input)
    {
        var stream = new Handshake(new TransportStream(input));
        ClientTrust? trust = null;
        try
        {
            await stream.AuthenticateAsServerAsync((_, hello, _, _) =>
            {
                trust = trusts.For(hello.ServerName);
                return new(Volatile.Read(ref loaded).For(hello.ServerName, trust));
            }, null, CancellationToken.None);
            if (trust is null) return (new(input.Transport, stream), Reason.None);
            var certificate = stream.RemoteCertificate is X509Certificate2 shown ? Told(shown) : null;
            if (certificate is null or { Subject.Length: <= mostOfCertificate, Names.Length: <= mostOfCertificate }) return (new(input.Transport, stream, trust, certificate), Reason.None);
        }
        catch (Exception thrown) when (thrown is AuthenticationException or IOException or CryptographicException or ObjectDisposedException or AsnContentException or EncoderFallbackException)
        {
            // Nobody that could be answered.
        }
        await stream.DisposeAsync();
        return (null, stream.Against is Reason.None ? Reason.TlsFailed : stream.Against);
    }

    private ClientCertificate Told(X509Certificate2 shown) =>
        new(Encoding.ASCII.GetBytes(SubjectText.Of(shown.SubjectName.RawData)), options.TellsNames ? Encoding.ASCII.GetBytes(NamesText.Of(shown)) : []);

    public void Dispose() => looking?.Dispose();

    /// <summary>Reads the files again when one has changed. What cannot be read is tried again the next time.</summary>
    internal void Look()
    {
        try
        {
            var now = Changed();
            if (now == filesChanged) return;
            Volatile.Write(ref loaded, Load());
            filesChanged = now;
        }
        catch (Exception thrown) when (thrown is PlimsollException or IOException)
        {
            // Half written, most likely.
        }
    }

    private long Changed()
    {
        long latest = 0;
        foreach (var file in options.Files)
        {
            // Kubernetes replaces a mounted secret by pointing a link elsewhere: what counts is the file behind it.
            var real = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            latest = HashCode.Combine(latest, real, File.GetLastWriteTimeUtc(real).Ticks);
        }
        return latest;
    }

    private Loaded Load()
    {
        try
        {
            var trusted = new Dictionary<ClientTrust, (X509Certificate2Collection Authorities, RevocationLists? Revoked)>();
            foreach (var trust in options.Trusts)
            {
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(trust.Authorities);
                if (authorities.Count == 0) throw new PlimsollException("guard-certificate", $"{trust.Authorities} has no certificate.", "Give a PEM file of the authorities.");
                trusted.Add(trust, (authorities, trust.Revocations is { } file ? new(file, authorities) : null));
            }
            return new([.. options.Certificates.Select(Read)], trusted, protocols, options.Profile == TlsProfile.Modern);
        }
        catch (Exception thrown) when (thrown is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PlimsollException("guard-certificate", $"A certificate or key of {string.Join(", ", options.Files)} cannot be read: {thrown.Message.TrimEnd('.')}.", "Give PEM files: the certificate with its chain, and its key without a password.");
        }
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Read(CertificateFiles files)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.Chain);
        return (X509Certificate2.CreateFromPemFile(files.Chain, files.Key), chain);
    }

    /// <summary>All that was read of the files. What a handshake needs is made of it when a client first asks for it.</summary>
    private sealed class Loaded((X509Certificate2 Certificate, X509Certificate2Collection Chain)[] all, Dictionary<ClientTrust, (X509Certificate2Collection Authorities, RevocationLists? Revoked)> trusts, List<SslApplicationProtocol> protocols, bool isModern)
    {
        private readonly ConcurrentDictionary<(int Certificate, ClientTrust? Trust), SslServerAuthenticationOptions> made = new();

        public X509Certificate2 First => all[0].Certificate;

        public IEnumerable<(string File, DateTimeOffset Until)> Revocations => trusts.Where(one => one.Value.Revoked is not null).Select(one => (one.Key.Revocations!, one.Value.Revoked!.Until));

        public SslServerAuthenticationOptions For(string name, ClientTrust? trust)
        {
            var chosen = name.Length == 0 ? 0 : Math.Max(0, Array.FindIndex(all, one => one.Certificate.MatchesHostname(name)));
            return made.GetOrAdd((chosen, trust), key => Make(all[key.Certificate], key.Trust));
        }

        private SslServerAuthenticationOptions Make((X509Certificate2 Certificate, X509Certificate2Collection Chain) own, ClientTrust? trust)
        {
            var (trusted, revoked) = trust is null ? default : trusts[trust];
            return new()
            {
                // Clients are told the names of the authorities, so that a browser offers what will do.
                ServerCertificateContext = SslStreamCertificateContext.Create(own.Certificate, own.Chain, offline: true, trusted is null ? null : SslCertificateTrust.CreateForX509Collection(trusted, sendTrustInHandshake: true)),
#pragma warning disable CA5398 // The profile is the choice of versions.
                EnabledSslProtocols = isModern ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
                CipherSuitesPolicy = new(isModern ? intermediate.Take(3) : intermediate),
                ApplicationProtocols = protocols,
                AllowRenegotiation = false,
                AllowTlsResume = trusted is null, // A session of one site must not stand for the certificate that another asks for.
                EncryptionPolicy = EncryptionPolicy.RequireEncryption,
                ClientCertificateRequired = trusted is not null,
                CertificateChainPolicy = trusted is null ? null : Trusting(trusted),
                RemoteCertificateValidationCallback = trust is null ? null : (stream, _, chain, errors) => errors == SslPolicyErrors.None ? ((Handshake)stream).Passes(revoked, chain!) : errors == SslPolicyErrors.RemoteCertificateNotAvailable && !trust.IsRequired,
            };
        }
    }

    /// <summary>A handshake that knows what was against the certificate that the client has shown.</summary>
    private sealed class Handshake(Stream inner) : SslStream(inner)
    {
        public Reason Against { get; private set; }

        public bool Passes(RevocationLists? revoked, X509Chain chain) => revoked is null || (Against = revoked.Check(chain, TimeProvider.System.GetUtcNow())) == Reason.None;
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ExtraStore.AddRange(authorities); // Those that are not roots stand between.
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // Client authentication.
        return policy;
    }
}
