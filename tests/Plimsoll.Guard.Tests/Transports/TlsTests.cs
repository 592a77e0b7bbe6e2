using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

public sealed class TlsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-tls-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private CertificateFiles Write(string host, string? name = null)
    {
        using var key = RSA.Create(2048);
        using var certificate = Request(host, key).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var files = new CertificateFiles(Path.Combine(folder, $"{name ?? host}.pem"), Path.Combine(folder, $"{name ?? host}.key"));
        File.WriteAllText(files.Chain, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    private static CertificateRequest Request(string host, RSA key)
    {
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false));
        return request;
    }

    private static RunningGuard Guard(RawServer server, TlsOptions tls) => new([server.Address], listener: new(new(IPAddress.Loopback, 0)) { Tls = tls });

    private static RawServer Server() => RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    /// <summary>Name of the guard's certificate, version of TLS, and answer to one request.</summary>
    private static async Task<(string Name, SslProtocols Version, string Answer)> AskAsync(IPEndPoint to, SslClientAuthenticationOptions options)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(to);
        await using var stream = new SslStream(client.GetStream());
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        await stream.AuthenticateAsClientAsync(options);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {options.TargetHost}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadLineAsync() ?? "";
        while (await reader.ReadLineAsync() is not null)
        {
            // To the end, which must be a close_notify: anything else throws.
        }
        return (stream.RemoteCertificate!.Subject, stream.SslProtocol, answer);
    }

    /// <summary>With TLS 1.3 a client learns only from its first read that it was refused.</summary>
    private static async Task<string> RefusedAsync(IPEndPoint to, SslClientAuthenticationOptions options)
    {
        try
        {
            return (await AskAsync(to, options)).Answer;
        }
        catch (Exception thrown) when (thrown is AuthenticationException or IOException)
        {
            return "";
        }
    }

    [Fact]
    public async Task The_name_that_the_client_asks_for_chooses_the_certificate()
    {
        using var server = Server();
        using var guard = Guard(server, new() { Certificates = [Write("one.test"), Write("two.test")] });
        Assert.Equal(("CN=one.test", SslProtocols.Tls13, "HTTP/1.1 200 OK"), await AskAsync(guard.Address, new() { TargetHost = "one.test" }));
        Assert.Equal("CN=two.test", (await AskAsync(guard.Address, new() { TargetHost = "two.test" })).Name);
        Assert.Equal("CN=one.test", (await AskAsync(guard.Address, new() { TargetHost = "three.test" })).Name);
    }

    [Fact]
    public async Task The_application_learns_that_the_client_came_by_TLS()
    {
        var heads = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", heads);
        using var guard = Guard(server, new() { Certificates = [Write("one.test")] });
        await AskAsync(guard.Address, new() { TargetHost = "one.test" });
        Assert.Contains("\r\nX-Forwarded-Proto: https\r\n", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TlsProfile.Intermediate, true)]
    [InlineData(TlsProfile.Modern, false)]
    public async Task The_profile_says_which_versions(object profile, bool hasTls12)
    {
        using var server = Server();
        using var guard = Guard(server, new() { Certificates = [Write("one.test")], Profile = (TlsProfile)profile });
#pragma warning disable CA5398, SYSLIB0039 // What old clients offer is the test.
        var asking = AskAsync(guard.Address, new() { TargetHost = "one.test", EnabledSslProtocols = SslProtocols.Tls12 });
        if (hasTls12) Assert.Equal(SslProtocols.Tls12, (await asking).Version);
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => asking);
            Assert.Equal(Reason.TlsFailed, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        }
        Assert.Equal(SslProtocols.Tls13, (await AskAsync(guard.Address, new() { TargetHost = "one.test", EnabledSslProtocols = SslProtocols.Tls13 })).Version);
#pragma warning restore CA5398, SYSLIB0039
    }

    [Fact]
    public async Task Plain_text_on_a_TLS_port_is_refused_and_recorded()
    {
        using var server = Server();
        using var guard = Guard(server, new() { Certificates = [Write("one.test")] });
        using var client = new RawClient(guard.Address);
        using (var looking = new RawClient(guard.Address)) looking.EndSending(); // Nothing to refuse.
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadToEndAsync();
        await Waiting.WhileAsync(() => guard.Gateway.Open > 1);
        Assert.Equal(Reason.TlsFailed, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task A_client_needs_a_certificate_of_the_authorities()
    {
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var root = authority.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var rootFile = Path.Combine(folder, "authority.pem");
        await File.WriteAllTextAsync(rootFile, root.ExportCertificatePem());
        using var key = RSA.Create(2048);
        using var signed = Request("client.test", key).Create(root, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99), [1, 2, 3]);
        using var own = signed.CopyWithPrivateKey(key);
        using var stranger = Request("client.test", key).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99));

        using var server = Server();
        using var guard = Guard(server, new() { Certificates = [Write("one.test")], Trust = new(rootFile) });
        Assert.Equal("HTTP/1.1 200 OK", (await AskAsync(guard.Address, new() { TargetHost = "one.test", ClientCertificates = [own] })).Answer);
        Assert.Equal("", await RefusedAsync(guard.Address, new() { TargetHost = "one.test", ClientCertificates = [stranger] }));
        Assert.Equal("", await RefusedAsync(guard.Address, new() { TargetHost = "one.test" }));
        Assert.Equal([Reason.None, Reason.TlsFailed, Reason.TlsFailed], (await guard.Events.AtLeastAsync(3)).Select(recorded => recorded.Reason));
    }

    [Fact]
    public void A_certificate_that_changes_is_read_again_and_one_that_breaks_is_not()
    {
        var files = Write("one.test", "file");
        using var tls = new TlsServer(new() { Certificates = [files] });
        Assert.Equal("CN=one.test", tls.Certificate.Subject);
        Write("two.test", "file");
        File.SetLastWriteTimeUtc(files.Chain, DateTime.UnixEpoch.AddYears(90));
        tls.Look();
        Assert.Equal("CN=two.test", tls.Certificate.Subject);
        File.WriteAllText(files.Chain, "nothing");
        File.SetLastWriteTimeUtc(files.Chain, DateTime.UnixEpoch.AddYears(91));
        tls.Look();
        Assert.Equal("CN=two.test", tls.Certificate.Subject);
    }

    [Fact]
    public async Task The_client_is_whom_the_PROXY_header_or_a_trusted_proxy_names()
    {
        var heads = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", heads);
        using var guard = new RunningGuard([server.Address], listener: new(new(IPAddress.Loopback, 0)) { ExpectsProxyHeader = true, TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });
        foreach (var (start, expected, forwarded) in new[]
        {
            ("PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n", "192.0.2.7", "192.0.2.7"),
            ("PROXY TCP4 10.0.0.1 127.0.0.1 1 2\r\n", "198.51.100.1", "6.6.6.6, 198.51.100.1, 10.0.0.2, 10.0.0.1"),
        })
        {
            guard.Events.Clear();
            using var client = new RawClient(guard.Address);
            await client.SendAsync(start + "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.1, 10.0.0.2\r\n\r\n");
            await client.ReadUntilAsync("ok");
            Assert.Equal(expected, Assert.Single(await guard.Events.AtLeastAsync(1)).Client);
            Assert.Contains($"\r\nX-Forwarded-For: {forwarded}\r\n", heads.Last(), StringComparison.Ordinal);
        }
        guard.Events.Clear();
        using var without = new RawClient(guard.Address);
        await without.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await without.ReadToEndAsync();
        Assert.Equal(Reason.ProxyHeaderMalformed, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }
}
