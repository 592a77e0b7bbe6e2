using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines.Http;

/// <summary>Decides whether a server is the one it claims to be: by the system's authorities, and by those of a file.</summary>
internal sealed class Trust
{
    private readonly X509Certificate2Collection? own;

    /// <param name="caFile">PEM file; null for the system's authorities alone.</param>
    /// <exception cref="PlimsollException">It cannot be read or holds no certificate.</exception>
    public Trust(string? caFile)
    {
        if (caFile is null) return;
        own = [];
        try
        {
            own.ImportFromPemFile(caFile);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new PlimsollException("ca-file-unreadable", $"The authorities in `{caFile}` cannot be read: {thrown.Message.TrimEnd('.')}.", "Give a PEM file of certificates to `--ca-file`.");
        }
        if (own.Count == 0) throw new PlimsollException("ca-file-empty", $"`{caFile}` holds no certificate.", "Give a PEM file of certificates, `-----BEGIN CERTIFICATE-----`, to `--ca-file`.");
    }

    /// <summary>Whether any server has shown a certificate: one that has not does not speak TLS.</summary>
    public bool SawCertificate { get; private set; }

    /// <summary>Why the last certificate was refused.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SawCertificate = true;
        if (errors == SslPolicyErrors.None) return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && own is not null && certificate is X509Certificate2 leaf)
        {
            using var again = new X509Chain();
            again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            again.ChainPolicy.CustomTrustStore.AddRange(own);
            again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // As the system's check here.
            again.ChainPolicy.DisableCertificateDownloads = true;
            again.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // id-kp-serverAuth (RFC 5280, 4.2.1.12)
            if (chain is not null) again.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            if (again.Build(leaf)) return true;
            chain = null;
            Refusal = Describe(again);
            return false;
        }
        Refusal = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "its certificate is for another name" : chain is null ? "it shows no certificate" : Describe(chain);
        return false;
    }

    private static string Describe(X509Chain chain) => "its certificate is not trusted: " + Answer.Quote(string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')).Distinct()));
}
