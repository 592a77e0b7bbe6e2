using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Transports;

/// <summary>Speaks TLS to an upstream, whose certificate must be of a trusted authority and have the name that it was asked by, unless nobody is to verify it.</summary>
internal sealed class TlsClient
{
    private readonly SslClientAuthenticationOptions options;

    /// <param name="protocol">What is spoken, by ALPN; null for HTTP/1.1.</param>
    /// <param name="isVerified">Whether the certificate must be trusted; otherwise it is encrypted for whoever answers.</param>
    /// <exception cref="PlimsollException">The file of authorities cannot be read.</exception>
    public TlsClient(UpstreamTls tls, SslApplicationProtocol? protocol = null, bool isVerified = true)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // Server authentication.
        if (tls.Authorities is { } file)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Read(file));
        }
        options = new()
        {
            TargetHost = tls.ServerName,
#pragma warning disable CA5398 // Versions before are broken, and those after are not known.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            ApplicationProtocols = [protocol ?? SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            CertificateChainPolicy = policy,
        };
#pragma warning disable CA5359 // Asked for where a server would be spoken to without encryption otherwise.
        if (!isVerified) options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
    }

    /// <summary>The encrypted transport, or null when the handshake failed or the certificate is not trusted.</summary>
    public async ValueTask<TlsTransport?> ConnectAsync(Transport transport, int pieceBytes)
    {
        var stream = new SslStream(new TransportStream(new(transport, pieceBytes)));
        try
        {
            await stream.AuthenticateAsClientAsync(options);
            return new(transport, stream);
        }
        catch (Exception thrown) when (thrown is AuthenticationException or IOException or CryptographicException or ObjectDisposedException)
        {
            await stream.DisposeAsync();
            return null;
        }
    }

    private static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception thrown) when (thrown is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-certificate", $"The authorities in {file} cannot be read: {thrown.Message.TrimEnd('.')}.", "Give a PEM file of certificates.");
        }
        return authorities.Count > 0 ? authorities : throw new PlimsollException("guard-certificate", $"{file} has no certificate.", "Give a PEM file of certificates.");
    }
}
