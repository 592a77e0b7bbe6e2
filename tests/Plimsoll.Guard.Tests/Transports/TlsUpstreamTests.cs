using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>Upstreams that speak TLS.</summary>
public sealed class TlsUpstreamTests : IDisposable
{
    private const string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private readonly string folder = Directory.CreateTempSubdirectory("guard-upstream-").FullName;
    private readonly RSA rootKey = RSA.Create(2048);
    private readonly X509Certificate2 root;

    public TlsUpstreamTests()
    {
        var authority = new CertificateRequest("CN=authority", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        root = authority.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Authorities, root.ExportCertificatePem());
    }

    private string Authorities => Path.Combine(folder, "root.pem");

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        root.Dispose();
        rootKey.Dispose();
    }

    private X509Certificate2 Signed(string name, DateTimeOffset? until = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(root, DateTimeOffset.UnixEpoch, until ?? DateTimeOffset.UnixEpoch.AddYears(99), [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private static RunningGuard Guard(TlsServerByHand server, string name, string? authorities) =>
        new([server.Address], site: site => site with { Upstreams = [site.Upstreams[0] with { Tls = new(name, authorities) }] });

    private static async Task<string> AskAsync(RunningGuard guard)
    {
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        return await client.ReadUntilAsync("\r\n\r\n");
    }

    [Theory]
    [InlineData("app.test", "app.test", "app.test")]
    [InlineData("127.0.0.1", "127.0.0.1", "")]
    public async Task The_name_is_asked_for_and_connections_are_used_again(string certificate, string name, string asked)
    {
        using var server = new TlsServerByHand(Signed(certificate), _ => ok);
        using var guard = Guard(server, name, Authorities);
        using var client = new RawClient(guard.Address);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(get);
            Assert.Equal(ok, await client.ReadUntilAsync("ok"));
        }
        Assert.Equal([asked], server.Names);
        Assert.All(await guard.Events.AtLeastAsync(3), one => Assert.Equal(Reason.None, one.Reason));
    }

    [Fact]
    public async Task Another_name_an_unknown_authority_or_an_old_certificate_is_not_spoken_to()
    {
        foreach (var (certificate, authorities) in new[] { (Signed("other.test"), Authorities), (Signed("app.test"), null), (Signed("app.test", DateTimeOffset.UnixEpoch.AddYears(1)), Authorities) })
        {
            using var server = new TlsServerByHand(certificate, _ => ok);
            using var guard = Guard(server, "app.test", authorities);
            Assert.StartsWith("HTTP/1.1 502 ", await AskAsync(guard), StringComparison.Ordinal);
            Assert.Equal(Reason.UpstreamUnreachable, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
            Assert.Empty(server.Heads);
            await Waiting.WhileAsync(() => guard.Gateway.Watched > 0);
            Assert.Equal(0, guard.Gateway.Watched);
        }
    }

    [Fact]
    public async Task One_that_speaks_no_TLS_or_nothing_is_not_waited_for()
    {
        using var plain = RawServer.Answering(ok);
        using var silent = new RawServer(peer => peer.ReadPastAsync("never"));
        foreach (var server in (RawServer[])[plain, silent])
        {
            using var guard = new RunningGuard([server.Address], new() { HandshakeTime = 300 }, site => site with { Upstreams = [site.Upstreams[0] with { Tls = new("app.test", Authorities) }] });
            Assert.StartsWith("HTTP/1.1 502 ", await AskAsync(guard), StringComparison.Ordinal);
        }
    }

    /// <summary>What an upstream sends beyond its answer must not become the next one, though it is encrypted in a record of its own.</summary>
    [Fact]
    public async Task Bytes_that_nobody_asked_for_are_no_answer()
    {
        using var server = new TlsServerByHand(Signed("app.test"), number => number == 1 ? ok + "\0HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : ok);
        using var guard = Guard(server, "app.test", Authorities);
        for (var i = 0; i < 3; i++)
        {
            using var client = new RawClient(guard.Address);
            await client.SendAsync(get);
            Assert.Equal(ok, await client.ReadUntilAsync("ok"));
            await Waiting.WhileAsync(() => server.Answers <= i);
            await Task.Delay(200); // What is written has come: bytes that come later than the next request cannot be told from its answer.
        }
        Assert.Equal(2, server.Names.Count);
    }

    [Fact]
    public void A_file_without_a_certificate_is_said()
    {
        var empty = Path.Combine(folder, "empty.pem");
        File.WriteAllText(empty, "nothing");
        Assert.Contains("has no certificate", Assert.Throws<PlimsollException>(() => new TlsClient(new("app.test", empty))).Message, StringComparison.Ordinal);
    }

    /// <summary>The base library's TLS; each part of an answer between zero bytes is a record of its own.</summary>
    private sealed class TlsServerByHand : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 certificate;
        private readonly Func<int, string> answer;
        private readonly List<string> names = [];
        private readonly List<string> heads = [];
        private int answers;

        public TlsServerByHand(X509Certificate2 certificate, Func<int, string> answer)
        {
            (this.certificate, this.answer) = (certificate, answer);
            listener.Start();
            _ = AcceptAsync();
        }

        /// <summary>Written to their last byte.</summary>
        public int Answers => Volatile.Read(ref answers);

        public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;
        public IReadOnlyList<string> Names { get { lock (names) return [.. names]; } }
        public IReadOnlyList<string> Heads { get { lock (names) return [.. heads]; } }

        private async Task AcceptAsync()
        {
            while (true)
            {
                try
                {
                    _ = ServeAsync(await listener.AcceptTcpClientAsync());
                }
                catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var accepted = client;
            await using var stream = new SslStream(client.GetStream());
            try
            {
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                lock (names) names.Add(stream.TargetHostName);
                var buffer = new byte[16384];
                while (true)
                {
                    var head = "";
                    while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
                    {
                        var count = await stream.ReadAsync(buffer);
                        if (count == 0) return;
                        head += Encoding.Latin1.GetString(buffer, 0, count);
                    }
                    int number;
                    lock (names)
                    {
                        heads.Add(head);
                        number = heads.Count;
                    }
                    foreach (var part in answer(number).Split('\0')) await stream.WriteAsync(Encoding.Latin1.GetBytes(part));
                    Interlocked.Increment(ref answers);
                }
            }
            catch (Exception thrown) when (thrown is AuthenticationException or IOException)
            {
                // The guard did not want it.
            }
        }

        public void Dispose()
        {
            listener.Dispose();
            certificate.Dispose();
        }
    }
}
