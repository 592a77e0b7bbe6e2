using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Signs certificates for the destinations of one run, so that a client that insists on TLS is spoken to and what it asks is still seen.
/// The container sees its certificate and never its key, which is worth nothing outside of the run.
/// </summary>
internal sealed class GuardAuthority
{
    /// <summary>Where the container finds the authority's certificate.</summary>
    public const string InContainer = "/etc/plimsoll/authority.pem";

    private const string certificateName = "authority.pem";
    private const string keyName = "authority.key";
    private const string serverAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Destinations whose certificate is kept; a profile has fewer.</summary>
    private const int mostKept = 1_000;

    /// <summary>A container may run for years, and its clocks may be behind.</summary>
    private static readonly TimeSpan before = TimeSpan.FromDays(2), after = TimeSpan.FromDays(3_650);

    private readonly X509Certificate2 authority;
    private readonly IReadOnlyList<SslApplicationProtocol> protocols;
    private readonly ConcurrentDictionary<string, TlsServer> servers = new(StringComparer.Ordinal);

    /// <param name="protocols">What clients may choose by ALPN.</param>
    private GuardAuthority(X509Certificate2 authority, IReadOnlyList<SslApplicationProtocol> protocols) => (this.authority, this.protocols) = (authority, protocols);

    public static string CertificateIn(string folder) => Path.Combine(folder, certificateName);

    /// <summary>Writes a new authority into the folder of a run, whose key only root reads.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Make(string folder, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=plimsoll guard run", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        using var made = request.CreateSelfSigned(now - before, now + after);
        var keyFile = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var writer = new StreamWriter(Path.Combine(folder, keyName), keyFile)) writer.Write(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateIn(folder), made.ExportCertificatePem() + "\n");
    }

    /// <exception cref="CryptographicException">It is not what <see cref="Make"/> has written.</exception>
    public static GuardAuthority Read(string folder, params IReadOnlyList<SslApplicationProtocol> protocols) => new(X509Certificate2.CreateFromPemFile(CertificateIn(folder), Path.Combine(folder, keyName)), protocols);

    /// <summary>The server that a client finds in place of a destination.</summary>
    /// <param name="destination">A name or an address, as the certificate has it.</param>
    public TlsServer For(string destination)
    {
        if (servers.TryGetValue(destination, out var known)) return known;
        if (servers.Count >= mostKept) servers.Clear();
        return servers.GetOrAdd(destination, Sign);
    }

    private TlsServer Sign(string destination)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=plimsoll guard", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(destination, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(destination);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(serverAuthentication)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var made = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(16));
        return new(made.CopyWithPrivateKey(key), protocols);
    }
}
