using System.Diagnostics;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>Alternative names of certificates as a field has them.</summary>
public sealed class NamesTextTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-names-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_kind_as_OpenSSL_encodes_it()
    {
        File.WriteAllText(Path.Combine(folder, "names.cnf"), """
            [req]
            distinguished_name = dn
            x509_extensions = all
            prompt = no
            [dn]
            CN = jane
            [all]
            subjectAltName = @names
            [names]
            DNS.1 = app.example.org
            DNS.2 = *.example.org
            email = jane@example.org
            URI = spiffe://example.org/ns/shop?a=1&b=2
            IP.1 = 192.0.2.7
            IP.2 = 2001:db8::7
            RID = 1.2.3.4
            dirName = person
            otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:jane@corp.example
            otherName.2 = 1.2.3.4;UTF8:x
            [person]
            O = Example, Inc.
            CN = Jane
            """);
        using var openssl = Process.Start(new ProcessStartInfo("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "/dev/null", "-config", "names.cnf", "-out", "one.pem"]) { UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = folder })!;
        openssl.WaitForExit();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "one.pem"));
        var names = NamesText.Of(certificate);
        string[] expected =
        [
            "DNS:*.example.org", "DNS:app.example.org", "DirName:CN=Jane\\2CO=Example\\5C\\2C\\20Inc.", "IP:192.0.2.7", "IP:2001:db8::7",
            "UPN:jane@corp.example", "URI:spiffe://example.org/ns/shop?a=1&b=2", "email:jane@example.org",
            "#A00A06032A0304A0030C0178", "#88032A0304",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), names.Split(',').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_none()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        using var certificate = new CertificateRequest("CN=a", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        Assert.Equal("", NamesText.Of(certificate));
    }

    /// <summary>Whoever splits at commas and takes the escapes back has what was signed, and nothing in a name ends the field.</summary>
    [Fact]
    public void Any_names_come_back() =>
        Gen.Select(Gen.Int[0, 2].Select(i => new[] { 1, 2, 6 }[i]), Gen.Byte.Array[0, 12]).Array[1, 5].Sample(names =>
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
                foreach (var (kind, value) in names) writer.WriteOctetString(value, new Asn1Tag(TagClass.ContextSpecific, kind));
            var text = NamesText.Of(writer.Encode());
            Assert.DoesNotContain(text, letter => letter is <= ' ' or > '~');
            var back = text.Split(',').Select(one => (one.Split(':')[0] switch { "email" => 1, "DNS" => 2, "URI" => 6, _ => 0 }, Unescaped(one[(one.IndexOf(':') + 1)..])));
            Assert.Equal(names.Select(one => (one.Item1, Convert.ToHexString(one.Item2))), back);
        });

    private static string Unescaped(string text)
    {
        var hex = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\') hex.Append(((int)text[i]).ToString("X2", CultureInfo.InvariantCulture));
            else
            {
                hex.Append(text, i + 1, 2);
                i += 2;
            }
        }
        return hex.ToString();
    }

    /// <summary>Cut or changed anywhere it is text or is said to be none; nothing else is thrown.</summary>
    [Fact]
    public void What_is_damaged()
    {
        byte[] whole = [0x30, 0x21, 0x82, 0x01, 0x61, 0x87, 0x04, 1, 2, 3, 4, 0xA0, 0x16, 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03, 0xA0, 0x08, 0x0C, 0x06, 0x6A, 0x40, 0x63, 0x6F, 0x72, 0x70];
        Assert.Equal("DNS:a,IP:1.2.3.4,UPN:j@corp", NamesText.Of(whole));
        for (var length = 0; length < whole.Length; length++) Assert.Throws<AsnContentException>(() => NamesText.Of(whole.AsMemory(0, length)));
        for (var at = 0; at < whole.Length; at++)
            for (var value = 0; value < 256; value++)
            {
                byte[] damaged = [.. whole];
                damaged[at] = (byte)value;
                try
                {
                    Assert.DoesNotContain(NamesText.Of(damaged), letter => letter is <= ' ' or > '~');
                }
                catch (AsnContentException)
                {
                    // Said to be none.
                }
            }
    }
}
