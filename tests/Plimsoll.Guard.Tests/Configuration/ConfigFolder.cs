using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plimsoll.Guard.Tests.Configuration;

/// <summary>A folder with a configuration and what it names.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("guard-config-").FullName;

    public static string Root { get; } = Find();

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>`name.pem` and `name.key`.</summary>
    public void Certificate(string name, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        Write($"{name}.pem", certificate.ExportCertificatePem());
    }

    /// <summary>`name.pem`: an empty list of revoked certificates, for a month, of what <see cref="Certificate"/> wrote as `authority`.</summary>
    public void Revocations(string name, string authority)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(System.IO.Path.Combine(Path, authority + ".pem"), System.IO.Path.Combine(Path, authority + ".key"));
        using var key = certificate.GetECDsaPrivateKey()!;
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(certificate.IssuerName, certificate.SerialNumberBytes.Span);
        var list = new CertificateRevocationListBuilder().Build(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), 1, TimeProvider.System.GetUtcNow().AddDays(30), HashAlgorithmName.SHA256, identifier);
        Write($"{name}.pem", PemEncoding.WriteString("X509 CRL", list));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Plimsoll.slnx"))) folder = System.IO.Path.GetDirectoryName(folder)!;
        return folder;
    }
}
