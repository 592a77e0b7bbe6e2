using System.Diagnostics;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>Subjects of certificates, as OpenSSL writes them.</summary>
public sealed class SubjectTextTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-subject-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Name(params (string Type, string Value, UniversalTagNumber Kind)[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            foreach (var part in parts)
                using (writer.PushSetOf())
                    foreach (var (type, value, kind) in part)
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(type);
                            writer.WriteCharacterString(kind, value);
                        }
        return writer.Encode();
    }

    [Theory]
    [InlineData("Jane Doe", "CN=Jane Doe,C=DE")]
    [InlineData("a,b+c\"d\\e<f>g;h=i#j", "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i#j,C=DE")]
    [InlineData(" a ", "CN=\\ a\\ ,C=DE")]
    [InlineData("#a", "CN=\\#a,C=DE")]
    [InlineData("#", "CN=\\#,C=DE")]
    [InlineData("é", "CN=\\C3\\A9,C=DE")]
    [InlineData("a\r\nX-Admin: 1", "CN=a\\0D\\0AX-Admin: 1,C=DE")]
    [InlineData("", "CN=,C=DE")]
    public void Of_one_name(string common, string text) =>
        Assert.Equal(text, SubjectText.Of(Name([("2.5.4.6", "DE", UniversalTagNumber.PrintableString)], [("2.5.4.3", common, UniversalTagNumber.UTF8String)])));

    [Fact]
    public void Of_none_of_several_in_a_part_and_of_unknown_types()
    {
        Assert.Equal("", SubjectText.Of(Name()));
        Assert.Equal("CN=a+UID=b", SubjectText.Of(Name([("2.5.4.3", "a", UniversalTagNumber.UTF8String), ("0.9.2342.19200300.100.1.1", "b", UniversalTagNumber.UTF8String)])));
        Assert.Equal("1.2.3.4=#0C0161", SubjectText.Of(Name([("1.2.3.4", "a", UniversalTagNumber.UTF8String)])));
        Assert.Throws<AsnContentException>(() => SubjectText.Of(new byte[] { 0x30, 5, 1 }));
    }

    [Fact]
    public void Openssl_writes_the_same()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] types = ["2.5.4.3", "2.5.4.5", "2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11", "0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1", "1.2.3.4.5"];
        string[] pieces = ["a", "Z", "0", " ", ",", "+", "\"", "\\", "<", ">", ";", "#", "=", "/", "é", "漢", "\r", "\n", "\u0001", "."];
        var value = Gen.Int[0, pieces.Length - 1].Array[1, 8].Select(numbers => string.Concat(numbers.Select(number => pieces[number]))).Where(text => text != "#"); // OpenSSL takes the only character for the last one, and escapes `#` as the first alone.
        var part = Gen.Select(Gen.Int[0, types.Length - 1], value, Gen.Bool).Select((type, text, isWide) => (types[type], text, isWide ? UniversalTagNumber.BMPString : UniversalTagNumber.UTF8String));
        var count = 0;
        part.Array[1, 4].Sample(parts =>
        {
            var name = Name([.. parts.Select(one => ((string, string, UniversalTagNumber)[])[one])]);
            using var certificate = new CertificateRequest(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            var file = Path.Combine(folder, "one.pem");
            File.WriteAllText(file, certificate.ExportCertificatePem());
            using var openssl = Process.Start(new ProcessStartInfo("openssl", ["x509", "-in", file, "-noout", "-subject", "-nameopt", "RFC2253"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            Assert.Equal("subject=" + SubjectText.Of(certificate.SubjectName.RawData) + "\n", openssl.StandardOutput.ReadToEnd());
            count++;
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 40 : 2_000, threads: 1);
        Assert.True(count >= 40);
    }
}
