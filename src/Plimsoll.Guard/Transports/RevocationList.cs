using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// Which certificates one authority has taken back: a CertificateList in DER (RFC 5280, section 5.1), signed by it. Only complete
/// lists are taken: one for a part of an authority's certificates, of changes, or on another authority's behalf says so in a
/// critical extension, and from such a list it could not be said that a certificate is good.
/// </summary>
internal sealed class RevocationList
{
    private const string remedy = "Give the complete list of revoked certificates that an authority of `client-ca` has signed, in PEM or DER.";

    /// <summary>Bytes of a serial number (RFC 5280, section 4.1.2.2).</summary>
    private const int mostOfSerial = 20;

    private readonly HashSet<(UInt128, uint)> revoked = [];
    private readonly byte[] issuer;
    private readonly byte[] key;

    /// <param name="der">The list alone.</param>
    /// <param name="file">Where it is from, for what is told.</param>
    /// <exception cref="PlimsollException">It is no such list, or none of an authority.</exception>
    public RevocationList(ReadOnlyMemory<byte> der, string file, X509Certificate2Collection authorities)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var signed = outer.PeekEncodedValue();
            var list = outer.ReadSequence();
            var algorithm = outer.ReadEncodedValue();
            var signature = outer.ReadBitString(out var unused);
            outer.ThrowIfNotEmpty();
            if (unused != 0) throw Wrong(file, "has a signature that is no number of bytes");

            if (list.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && (!list.TryReadInt32(out var version) || version != 1)) throw Wrong(file, "has a version that is not known");
            if (!list.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw Wrong(file, "names two ways of signing");
            issuer = list.ReadEncodedValue().ToArray();
            From = ReadTime(list);
            Until = list.HasData && IsTime(list.PeekTag()) ? ReadTime(list) : throw Wrong(file, "does not say until when it holds");
            if (list.HasData && list.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) ReadEntries(list.ReadSequence(), file);
            if (list.HasData) ReadExtensions(list.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence(), file);
            list.ThrowIfNotEmpty();
            key = Signer(authorities, algorithm, signed.Span, signature, file).PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (Exception thrown) when (thrown is AsnContentException or CryptographicException)
        {
            throw Wrong(file, $"is malformed: {thrown.Message.TrimEnd('.')}");
        }
    }

    /// <summary>When it was made.</summary>
    public DateTimeOffset From { get; }

    /// <summary>When a newer one is there at the latest: from then on it says nothing of a certificate that it does not have.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Whether it is of this authority: of its name and its key.</summary>
    public bool IsOf(X509Certificate2 authority) => issuer.AsSpan().SequenceEqual(authority.SubjectName.RawData) && key.AsSpan().SequenceEqual(authority.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Whether both are of one authority.</summary>
    public bool IsOfSame(RevocationList other) => issuer.AsSpan().SequenceEqual(other.issuer) && key.AsSpan().SequenceEqual(other.key);

    public bool Has(X509Certificate2 certificate) => Serial(certificate.SerialNumberBytes.Span) is { } serial && revoked.Contains(serial);

    private void ReadEntries(AsnReader entries, string file)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            revoked.Add(Serial(entry.ReadIntegerBytes().Span) ?? throw Wrong(file, $"has a serial number of more than {mostOfSerial} bytes"));
            ReadTime(entry);
            if (entry.HasData) ReadExtensions(entry.ReadSequence(), file);
            entry.ThrowIfNotEmpty();
        }
        revoked.TrimExcess();
    }

    private static void ReadExtensions(AsnReader extensions, string file)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var type = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean()) throw Wrong(file, $"has the critical extension {type}, so it is not the complete list of one authority");
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
        }
    }

    private X509Certificate2 Signer(X509Certificate2Collection authorities, ReadOnlyMemory<byte> algorithm, ReadOnlySpan<byte> signed, byte[] signature, string file)
    {
        var named = authorities.Where(authority => issuer.AsSpan().SequenceEqual(authority.SubjectName.RawData)).ToList();
        if (named.Count == 0) throw Wrong(file, $"is of {SubjectText.Of(issuer)}, which is no authority of `client-ca`");
        var type = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
        var (hash, isRsa) = type switch
        {
            "1.2.840.113549.1.1.11" => (HashAlgorithmName.SHA256, true),
            "1.2.840.113549.1.1.12" => (HashAlgorithmName.SHA384, true),
            "1.2.840.113549.1.1.13" => (HashAlgorithmName.SHA512, true),
            "1.2.840.10045.4.3.2" => (HashAlgorithmName.SHA256, false),
            "1.2.840.10045.4.3.3" => (HashAlgorithmName.SHA384, false),
            "1.2.840.10045.4.3.4" => (HashAlgorithmName.SHA512, false),
            _ => throw Wrong(file, $"is signed in a way ({type}) that is not RSA (PKCS #1) or ECDSA with SHA-256, SHA-384 or SHA-512"),
        };
        foreach (var authority in named)
        {
            using var rsa = isRsa ? authority.GetRSAPublicKey() : null;
            using var elliptic = isRsa ? null : authority.GetECDsaPublicKey();
            if (rsa?.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) is not true && elliptic?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) is not true) continue;
            if (authority.Extensions.OfType<X509KeyUsageExtension>().Any(usage => !usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign))) throw Wrong(file, $"is of {SubjectText.Of(issuer)}, whose certificate does not let it sign such lists (cRLSign)");
            return authority;
        }
        throw Wrong(file, $"is not signed by {SubjectText.Of(issuer)}, although it says so");
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    /// <summary>Null when it is longer than the standard allows.</summary>
    private static (UInt128, uint)? Serial(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimStart((byte)0);
        if (bytes.Length > mostOfSerial) return null;
        Span<byte> whole = stackalloc byte[mostOfSerial];
        whole.Clear();
        bytes.CopyTo(whole[(mostOfSerial - bytes.Length)..]);
        return (BinaryPrimitives.ReadUInt128BigEndian(whole), BinaryPrimitives.ReadUInt32BigEndian(whole[16..]));
    }

    private static PlimsollException Wrong(string file, string what) => new("guard-revocations", $"The list in {file} {what}.", remedy);
}
