using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Operation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>Certificates of clients by site, with curl and openssl as clients: who is let in, who is told to connect anew, and what the application learns.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly ConfigFolder folder = new();
    private readonly ConcurrentQueue<string> heads = new();
    private readonly RawServer server;
    private readonly RunningOperations guard;

    public ClientCertificateTests()
    {
        server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", heads);
        folder.Certificate("one", "one.test");
        folder.Certificate("two", "two.test");
        foreach (var authority in (string[])["a", "b"])
        {
            OpenSsl($"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout {authority}.key -out {authority}.pem -subj /CN=authority-{authority}");
            OpenSsl($"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout client-{authority}.key -out client.csr -subj /O=Example,\\ Inc./CN=client-{authority}");
            folder.Write("names.cnf", $"subjectAltName=@names\n[names]\nURI=spiffe://{authority}.test/a,b\nDNS=client-{authority}.test\n");
            OpenSsl($"x509 -req -in client.csr -CA {authority}.pem -CAkey {authority}.key -set_serial 7 -days 20 -extfile names.cnf -out client-{authority}.pem");
        }
        guard = new(folder, $$$"""
            listeners:
              - {address: "127.0.0.1:0", tls: {}}
              - {address: "127.0.0.1:0"}
            sites:
              - {name: one, hosts: [one.test], certificate: one.pem, key: one.key, client-ca: a.pem, client-subject: X-Client-Subject, client-names: X-Client-Names, upstreams: ["{{{server.Address}}}"]}
              - {name: two, hosts: [two.test], certificate: two.pem, key: two.key, client-ca: b.pem, client-certificates: optional, client-subject: X-Client-Subject, upstreams: ["{{{server.Address}}}"]}
              - {name: idn, hosts: [xn--mnchen-3ya.test], client-ca: a.pem, upstreams: ["{{{server.Address}}}"]}
              - {name: others, upstreams: ["{{{server.Address}}}"]}
            """);
    }

    public void Dispose()
    {
        guard.Dispose();
        server.Dispose();
        folder.Dispose();
    }

    private void OpenSsl(string arguments) => Run("openssl", [.. Regex.Split(arguments, @"(?<!\\) ", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(word => word.Replace("\\ ", " ", StringComparison.Ordinal))]);

    private (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder.Path })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>Status, or `failed` when the handshake did.</summary>
    private string Ask(string name, string? certificate, string version = "--http1.1", params string[] more)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        heads.Clear();
        string[] own = certificate is null ? [] : ["--cert", $"client-{certificate}.pem", "--key", $"client-{certificate}.key"];
        var (code, output) = Run("curl", ["-sk", version, "--max-time", "30", "--resolve", $"{name}:{guard.Address.Port}:127.0.0.1", .. own, "-o", "/dev/null", "-w", "%{http_code}", .. more, $"https://{name}:{guard.Address.Port}/"]);
        return code == 0 ? output : "failed";
    }

    private string? Subject() => Field("X-Client-Subject");

    private string? Field(string name)
    {
        Assert.True(heads.TryPeek(out var head));
        var fields = head!.Split("\r\n").Where(line => line.Replace('_', '-').StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).ToList();
        return fields.Count == 0 ? null : Assert.Single(fields)[(name.Length + 2)..];
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public void Each_site_has_its_authority(string version)
    {
        string[] forged = ["-H", "x-client-subject: CN=admin", "-H", "X_Client_Subject: CN=admin", "-H", "x-client_names: DNS:admin"];
        Assert.Equal("200", Ask("one.test", "a", version, forged));
        Assert.Equal(@"CN=client-a,O=Example\, Inc.", Subject());
        Assert.Equal(@"URI:spiffe://a.test/a\2Cb,DNS:client-a.test", Field("X-Client-Names"));
        Assert.Equal("failed", Ask("one.test", null, version));
        Assert.Equal("failed", Ask("one.test", "b", version));
        Assert.Equal("200", Ask("two.test", "b", version, forged));
        Assert.Equal(@"CN=client-b,O=Example\, Inc.", Subject());
        Assert.Equal("DNS:admin", Field("X-Client-Names")); // That site has no such field.
        Assert.Equal("200", Ask("two.test", null, version, forged));
        Assert.Null(Subject());
        Assert.Equal("failed", Ask("two.test", "a", version));
        Assert.Equal("200", Ask("others.test", null, version));
        Assert.Null(Subject());
    }

    /// <summary>A connection of one site used for another, as browsers do whose certificate has both names.</summary>
    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public void A_request_for_another_site_than_the_handshake_is_misdirected(string version)
    {
        Assert.Equal("421", Ask("two.test", null, version, "-H", "Host: one.test"));
        Assert.Empty(heads);
        Assert.Equal("421", Ask("one.test", "a", version, "-H", "Host: two.test"));
        Assert.Equal("421", Ask("others.test", null, version, "-H", "Host: one.test"));
        Assert.Empty(heads);
        Assert.Equal("200", Ask("one.test", "a", version, "-H", "Host: others.test"));
        Assert.Null(Subject());
        var told = guard.End();
        Assert.Equal(3, Regex.Count(told, "\"decision\":\"refused\",\"reason\":\"client-unverified\",\"where\":\"connection\",\"exception\":\\[\\].*\"status\":421", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Without_TLS_nobody_is_verified()
    {
        using var client = new RawClient(guard.Operations.Gateway.Endpoints[1]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: one.test\r\n\r\n");
        await client.ReadUntilAsync("421 Misdirected Request\n");
        await client.SendAsync("GET / HTTP/1.1\r\nHost: others.test\r\nX-Client-Subject: CN=own\r\nConnection: close\r\n\r\n"); // The connection is still good.
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Contains("X-Client-Subject: CN=own\r\n", Assert.Single(heads), StringComparison.Ordinal); // That site has no such field.
    }

    /// <summary>A session that was made with one certificate is of no use with another name or without one.</summary>
    [Fact]
    public void Sessions_are_not_resumed()
    {
        string[] to = ["s_client", "-connect", $"127.0.0.1:{guard.Address.Port}", "-servername", "one.test", "-cert", "client-a.pem", "-key", "client-a.key"];
        foreach (var version in (string[])["-tls1_2", "-tls1_3"])
        {
            var (_, made) = Run("openssl", [.. to, version, "-sess_out", "session"]);
            Assert.Contains("New, TLSv1", made, StringComparison.Ordinal);
            if (!File.Exists(Path.Combine(folder.Path, "session"))) continue; // No ticket was given at all.
            Assert.DoesNotContain("Reused, TLSv1", Run("openssl", [.. to, version, "-sess_in", "session"]).Output, StringComparison.Ordinal);
            File.Delete(Path.Combine(folder.Path, "session"));
        }
    }

    /// <summary>So that a browser offers a certificate that will do.</summary>
    [Fact]
    public void The_client_is_told_whose_certificates_are_taken()
    {
        string Told(string name) => Run("openssl", "s_client", "-connect", $"127.0.0.1:{guard.Address.Port}", "-servername", name).Output;
        Assert.Contains("Acceptable client certificate CA names\nCN = authority-a\n", Told("one.test"), StringComparison.Ordinal);
        Assert.Contains("Acceptable client certificate CA names\nCN = authority-b\n", Told("two.test"), StringComparison.Ordinal);
        Assert.Contains("Acceptable client certificate CA names\nCN = authority-a\n", Told("xn--mnchen-3ya.test"), StringComparison.Ordinal);
        Assert.Contains("No client certificate CA names sent", Told("others.test"), StringComparison.Ordinal);
    }

    /// <summary>What the guard offers is what Mozilla's profiles 5.7 have, less DHE, for which it would need parameters; each suite is tried by itself.</summary>
    [Fact]
    public void Versions_and_suites_of_the_profiles()
    {
        OpenSsl("req -x509 -newkey rsa:2048 -nodes -days 30 -keyout rsa.key -out rsa.pem -subj /CN=rsa.test -addext subjectAltName=DNS:rsa.test");
        foreach (var profile in (string[])["intermediate", "modern"])
        {
            using var other = new RunningOperations(folder, $$$"""
                listeners: [{address: "127.0.0.1:0", tls: {profile: {{{profile}}}, certificates: [{certificate: one.pem, key: one.key}, {certificate: rsa.pem, key: rsa.key}]}}]
                sites: [{name: one, upstreams: ["{{{server.Address}}}"]}]
                """);
            bool Agrees(string name, params string[] options) =>
                Run("openssl", ["s_client", "-connect", $"127.0.0.1:{other.Address.Port}", "-servername", name, .. options]).Output.Contains("\nNew, TLSv1", StringComparison.Ordinal);
            var suites = Run("openssl", "ciphers", "-s", "-tls1_2", "ALL:@SECLEVEL=0").Output.Trim().Split(':').Where(suite => !suite.StartsWith("TLS_", StringComparison.Ordinal)).ToList();
            Assert.True(suites.Count > 40);
            var taken = suites.Where(suite => Agrees("one.test", "-tls1_2", "-cipher", suite + ":@SECLEVEL=0") || Agrees("rsa.test", "-tls1_2", "-cipher", suite + ":@SECLEVEL=0")).Order(StringComparer.Ordinal);
            Assert.Equal(profile == "modern" ? [] : (string[])["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"], taken);
            foreach (var suite in (string[])["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) Assert.True(Agrees("one.test", "-tls1_3", "-ciphersuites", suite), suite);
            Assert.False(Agrees("one.test", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"));
            Assert.False(Agrees("one.test", "-tls1", "-cipher", "ALL:@SECLEVEL=0"));
        }
    }
}
