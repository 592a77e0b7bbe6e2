using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// Ends TLS: a certificate by the name that the client asks for, versions and suites of Mozilla's profiles, and certificates of
/// clients when authorities are given. Files that change are read again; while they cannot be read, the last good ones serve.
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

    private readonly TlsOptions options;
    private readonly List<SslApplicationProtocol> protocols;
    private readonly Timer looking;
    private long filesChanged;
    private Loaded loaded;

    /// <param name="protocols">What clients may choose by ALPN; null for those of HTTP.</param>
    /// <exception cref="PlimsollException">A file cannot be read.</exception>
    public TlsServer(TlsOptions options, IReadOnlyList<SslApplicationProtocol>? protocols = null)
    {
        this.options = options;
        this.protocols = [.. protocols ?? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]];
        filesChanged = Changed();
        loaded = Load();
        looking = new(_ => Look(), null, lookEvery, lookEvery);
    }

    /// <summary>The one that serves clients that name no host.</summary>
    public X509Certificate2 Certificate => Volatile.Read(ref loaded).First;

    /// <summary>The encrypted transport, or null when the handshake failed.</summary>
    public async ValueTask<TlsTransport?> AcceptAsync(InputBuffer input)
    {
        var stream = new SslStream(new TransportStream(input));
        try
        {
            await stream.AuthenticateAsServerAsync((_, hello, state, _) => new(((TlsServer)state!).For(hello.ServerName)), this, CancellationToken.None);
            return new(input.Transport, stream);
        }
        catch (Exception thrown) when (thrown is AuthenticationException or IOException or CryptographicException or ObjectDisposedException)
        {
            await stream.DisposeAsync();
            return null;
        }
    }

    public void Dispose() => looking.Dispose();

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

    private SslServerAuthenticationOptions For(string name) => Volatile.Read(ref loaded).For(name);

    private long Changed()
    {
        long latest = 0;
        foreach (var file in options.Certificates.SelectMany(files => (string[])[files.Chain, files.Key]).Concat(options.ClientAuthorities is null ? [] : [options.ClientAuthorities]))
        {
            // Kubernetes replaces a mounted secret by pointing a link elsewhere: what counts is the file behind it.
            var real = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            latest = HashCode.Combine(latest, real, File.GetLastWriteTimeUtc(real).Ticks);
        }
        return latest;
    }

    private Loaded Load()
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            if (options.ClientAuthorities is not null) authorities.ImportFromPemFile(options.ClientAuthorities);
            return new([.. options.Certificates.Select(files => Options(files, authorities))]);
        }
        catch (Exception thrown) when (thrown is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PlimsollException("guard-certificate", $"A certificate or key of {string.Join(", ", options.Certificates.Select(files => files.Chain))} cannot be read: {thrown.Message.TrimEnd('.')}.", "Give PEM files: the certificate with its chain, and its key without a password.");
        }
    }

    private (X509Certificate2 Certificate, SslServerAuthenticationOptions Options) Options(CertificateFiles files, X509Certificate2Collection authorities)
    {
        var certificate = X509Certificate2.CreateFromPemFile(files.Chain, files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.Chain);
        var isModern = options.Profile == TlsProfile.Modern;
        return (certificate, new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
#pragma warning disable CA5398 // The profile is the choice of versions.
            EnabledSslProtocols = isModern ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            CipherSuitesPolicy = new(isModern ? intermediate.Take(3) : intermediate),
            ApplicationProtocols = protocols,
            AllowRenegotiation = false,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            ClientCertificateRequired = authorities.Count > 0,
            CertificateChainPolicy = authorities.Count == 0 ? null : Trusting(authorities),
        });
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // Client authentication.
        return policy;
    }

    private sealed class Loaded((X509Certificate2 Certificate, SslServerAuthenticationOptions Options)[] all)
    {
        public X509Certificate2 First => all[0].Certificate;

        public SslServerAuthenticationOptions For(string name)
        {
            foreach (var (certificate, options) in all)
                if (name.Length > 0 && certificate.MatchesHostname(name)) return options;
            return all[0].Options;
        }
    }
}
