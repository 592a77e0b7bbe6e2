using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>Real clients over HTTP/2, with TLS and without, to a real server of HTTP/1.1 that answers with the length and hash of what it was sent.</summary>
public sealed class RealClientTests : IDisposable
{
    private const string server = """
        const { createHash } = require('crypto');
        require('http').createServer((request, response) => {
          if (request.url.startsWith('/big/')) return response.end(Buffer.alloc(Number(request.url.slice(5)), 'x'));
          if (request.url.startsWith('/slow')) return setTimeout(() => response.end('slow'), 200);
          if (request.url.startsWith('/page')) return response.setHeader('content-type', 'text/html').end('<title>t</title><script>fetch("/x", { method: "POST", body: "y".repeat(100000) }).then(r => r.text()).then(t => document.title = "sent " + t)</script>');
          const hash = createHash('sha256'); let length = 0;
          request.on('data', piece => { hash.update(piece); length += piece.length; });
          request.on('end', () => { response.setHeader('X-Seen', `${request.method} ${request.url} ${request.headers.cookie}`); response.end(`${length} ${hash.digest('hex')}`); });
        }).listen(Number(process.argv[2]), '127.0.0.1');
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("guard-h2-").FullName;
    private readonly Process upstream;
    private readonly RunningGuard plain;
    private readonly RunningGuard secure;

    public RealClientTests()
    {
        Assert.SkipUnless(RealServer.HasNode, "node is not installed");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = (IPEndPoint)probe.LocalEndpoint;
        probe.Stop();
        File.WriteAllText(Path.Combine(folder, "server.js"), server);
        upstream = Process.Start(new ProcessStartInfo("/usr/bin/node", [Path.Combine(folder, "server.js"), $"{address.Port}"]) { UseShellExecute = false })!;
        Assert.True(Programs.Eventually(() => CanConnect(address), Waiting.Patience.TotalSeconds), "node does not listen");

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "chain.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());

        plain = RunningTests.Guard(address);
        secure = new([address], listener: new(new(IPAddress.Loopback, 0)) { Tls = new() { Certificates = [new(Path.Combine(folder, "chain.pem"), Path.Combine(folder, "key.pem"))] } });
    }

    private string Plain => $"http://localhost:{plain.Address.Port}";
    private string Secure => $"https://localhost:{secure.Address.Port}";

    [Theory]
    [InlineData("--http2-prior-knowledge", 0)]
    [InlineData("--http2-prior-knowledge", 3_000_000)]
    [InlineData("--http2", 3_000_000)]
    public async Task Curl_uploads_and_downloads(string option, int length)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        var address = option == "--http2" ? Secure : Plain;
        var upload = new byte[length];
        new Random(1).NextBytes(upload);
        await File.WriteAllBytesAsync(Path.Combine(folder, "upload"), upload, TestContext.Current.CancellationToken);
        var sent = await RunAsync("curl", "-sSk", option, "-w", " %{http_version} %{http_code}", "-b", "a=b; c=d", "-H", "content-type: application/octet-stream", "--data-binary", $"@{folder}/upload", "-D", $"{folder}/head", $"{address}/up?x=%41");
        Assert.Equal($"{length} {Convert.ToHexStringLower(SHA256.HashData(upload))} 2 200", sent);
        Assert.Contains("x-seen: POST /up?x=%41 a=b; c=d\r\n", await File.ReadAllTextAsync(Path.Combine(folder, "head"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("2 200 5000000", await RunAsync("curl", "-sSk", option, "-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}", $"{address}/big/5000000"));
        // A body of unknown length.
        Assert.Equal($"{length} {Convert.ToHexStringLower(SHA256.HashData(upload))}", await RunAsync("sh", "-c", $"cat {folder}/upload | curl -sSk {option} -H content-type:application/octet-stream -T - {address}/put"));
    }

    [Fact]
    public async Task Nghttp_and_many_streams()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/nghttp"), "nghttp is not installed");
        var text = await RunAsync("nghttp", "-v", "-m", "20", "--header=x-a: 1", $"{Plain}/big/100000", $"{Plain}/slow");
        Assert.Equal(40, text.Split(":status: 200").Length - 1);
        Assert.DoesNotContain("error_code=PROTOCOL_ERROR", text, StringComparison.Ordinal);
        // Trailers of a request, and padding.
        Assert.Contains(":status: 200", await RunAsync("nghttp", "-v", "--trailer=x-sum: 1", "-b", "20", "-d", $"{folder}/server.js", $"{Plain}/up"), StringComparison.Ordinal);
        // Small windows.
        Assert.Contains(":status: 200", await RunAsync("nghttp", "-v", "-w", "12", "-W", "12", $"{Plain}/big/300000"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "-n2000", "-c10", "-m100")]
    [InlineData(true, "-n2000", "-c5", "-m20")]
    public async Task H2load_has_every_answer(bool tls, params string[] options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/h2load"), "h2load is not installed");
        var text = await RunAsync("h2load", [.. options, $"{(tls ? Secure : Plain)}/x"]);
        Assert.Contains("2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_sends_resets_and_pings()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "client.js"), """
            const http2 = require('http2');
            const session = http2.connect(process.argv[2], { rejectUnauthorized: false });
            const one = (headers, body) => new Promise((resolve, reject) => {
              const stream = session.request(headers, { endStream: body === undefined }); let text = '', status;
              stream.on('response', answer => status = answer[':status']).on('data', piece => text += piece).on('end', () => resolve(status + ' ' + text.length)).on('error', reject);
              if (body !== undefined) stream.end(body);
            });
            (async () => {
              const many = await Promise.all(Array.from({ length: 60 }, (_, i) => one({ ':path': '/big/' + i * 1000 })));
              console.log(many.every((text, i) => text === '200 ' + i * 1000));
              console.log(await one({ ':path': '/up', ':method': 'POST' }, Buffer.alloc(1000000)));
              const cancelled = session.request({ ':path': '/slow' }); cancelled.close(http2.constants.NGHTTP2_CANCEL); cancelled.on('error', () => {});
              await new Promise(resolve => session.ping(resolve));
              console.log(await one({ ':path': '/after' }));
              console.log(await one({ ':path': '/a b' }).catch(error => error.code));
              console.log(await one({ ':path': '/after' }));
              session.close();
            })();
            """, TestContext.Current.CancellationToken);
        foreach (var address in (string[])[Plain, Secure])
            Assert.Equal("true\n200 72\n200 66\n400 16\n200 66\n", await RunAsync("node", Path.Combine(folder, "client.js"), address));
        Assert.Contains(plain.Events.All, one => one.Reason == Decisions.Reason.TargetByte);
    }

    [Fact]
    public async Task Chromium_loads_a_page_that_sends()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/chromium"), "chromium is not installed");
        var page = await RunAsync("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", "--disable-dev-shm-usage", $"--user-data-dir={folder}/profile", "--virtual-time-budget=10000", "--dump-dom", $"{Secure}/page");
        Assert.Contains("<title>sent 100000 ", page, StringComparison.Ordinal);
        Assert.Contains(secure.Events.All, one => one is { Method: "POST", Target: "/x", Status: 200 });
    }

    private static bool CanConnect(IPEndPoint address)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    internal static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("timeout", ["60", program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            var said = await error;
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output} {said}");
        }
        return output;
    }

    public void Dispose()
    {
        plain?.Dispose();
        secure?.Dispose();
        upstream?.Kill();
        upstream?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
