using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Operation;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>Certificates of clients that an authority has taken back, with lists that OpenSSL writes and its verdict beside the guard's.</summary>
public sealed class RevocationTests : IDisposable
{
    private const string old = "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z";
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Yaml(RawServer server) => $$$"""
        listeners: [{address: "127.0.0.1:0", tls: {certificates: [{certificate: one.pem, key: one.key}]}}]
        sites: [{name: one, client-ca: trusted.pem, client-certificates: optional, client-revocations: lists.pem, upstreams: ["{{{server.Address}}}"]}]
        admin: 127.0.0.1:0
        limits: {handshake-time: 90s}
        """;

    /// <summary>Whether OpenSSL takes the certificate with each authority's list asked for.</summary>
    private bool OpenSslTakes(string client) =>
        Authority.Run(folder.Path, "openssl", "verify", "-crl_check_all", "-purpose", "sslclient", "-CAfile", "trusted.pem", "-CRLfile", "in-force.pem", client + ".pem").Code == 0;

    private string Ask(RunningOperations guard, string? client)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        string[] own = client is null ? [] : ["--cert", $"{client}.pem", "--key", $"{client}.key"];
        var (code, told) = Authority.Run(folder.Path, "curl", ["-sk", "--max-time", "100", .. own, "-o", "/dev/null", "-w", "%{http_code}", $"https://{guard.Address}/"]);
        return code == 0 ? told[..3] : "failed";
    }

    [Fact]
    public async Task Who_is_let_in_follows_the_lists_that_are_in_force()
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        folder.Certificate("one", "one.test");
        var root = new Authority(folder.Path, "root");
        var between = new Authority(folder.Path, "between", root);
        root.Sign("good", "0x7fffffffffffffffffffffffffffffffffffffff");
        root.Sign("bad", "0x00f1");
        between.Sign("deep", "0x00f1"); // The number of another authority's.
        root.TakeBack("bad");
        folder.Write("trusted.pem", File.ReadAllText(Path.Combine(folder.Path, "root.pem")) + File.ReadAllText(Path.Combine(folder.Path, "between.pem")));
        var (before, ofBetween) = (root.List(), between.List());
        folder.Write("lists.pem", before + ofBetween);
        folder.Write("in-force.pem", before + ofBetween);
        using var guard = new RunningOperations(folder, Yaml(server));
        var reasons = new List<string>();

        void Holds(params (string? Client, string Reason)[] clients)
        {
            foreach (var (client, reason) in clients)
            {
                var answer = Ask(guard, client);
                if (answer != (reason.Length == 0 ? "200" : "failed")) Assert.Fail($"{client}: {answer}, not {reason}; {guard.End()}");
                if (client is not null) Assert.Equal(reason.Length == 0, OpenSslTakes(client));
                if (reason.Length > 0) reasons.Add(reason);
            }
        }

        async Task ReplaceAsync(string lists, string? inForce = null)
        {
            folder.Write("in-force.pem", inForce ?? lists);
            var config = guard.Operations.Config;
            folder.Write("next", lists);
            File.Move(Path.Combine(folder.Path, "next"), Path.Combine(folder.Path, "lists.pem"), overwrite: true);
            await RunningOperations.UntilAsync(() => guard.Operations.Config != config && guard.Said.Contains($"configuration {guard.Operations.Config.Generation} ", StringComparison.Ordinal));
        }

        Holds(("good", ""), ("bad", "client-revoked"), ("deep", ""), (null, ""));
        var metric = Regex.Match((await guard.AskAsync("/metrics")).Body, @"\nplimsoll_guard_revocations_expire_timestamp_seconds\{file=""[^""]*lists\.pem""\} (\d+)\n", RegexOptions.None, TimeSpan.FromSeconds(5));
        Assert.InRange(long.Parse(metric.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), TimeProvider.System.GetUtcNow().AddDays(29).ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().AddDays(31).ToUnixTimeSeconds());

        await ReplaceAsync(before); // Nobody says anything of the certificates that `between` has signed.
        Holds(("good", ""), ("deep", "client-revocation-unknown"));

        root.TakeBack("between");
        var after = root.List() + ofBetween;
        await ReplaceAsync(after);
        Holds(("good", ""), ("deep", "client-revoked"));

        await ReplaceAsync("nothing", after); // Told, and the last good lists stay in force.
        await RunningOperations.UntilAsync(() => guard.Said.Contains("lists.pem has no list of revoked certificates.", StringComparison.Ordinal));
        Holds(("good", ""), ("deep", "client-revoked"));

        await ReplaceAsync(root.List(old) + ofBetween);
        Assert.Contains("lists.pem was good until 2020-02-01 00:00 UTC: clients with certificates of that authority are refused until there is a newer list.", guard.Said, StringComparison.Ordinal);
        Assert.Contains("lists.pem was good until 2020-02-01 00:00 UTC", HttpGuard.Check(guard.File, TimeProvider.System.GetUtcNow()), StringComparison.Ordinal);
        Holds(("good", "client-revocation-unknown"), ("bad", "client-revoked"), (null, ""));

        var newest = root.List();
        await ReplaceAsync(root.List(old) + ofBetween + newest, ofBetween + newest); // The newest of each counts.
        Holds(("good", ""), ("bad", "client-revoked"));

        await RunningOperations.UntilAsync(() => guard.Operations.Counters.All.Sum(site => site.Counters.Requests.Where(one => one.Decision == Decisions.Decision.Refuse).Sum(one => one.Count)) >= reasons.Count);
        var told = Regex.Matches(guard.End(), "\"decision\":\"refused\",\"reason\":\"([^\"]+)\",\"where\":\"connection\",\"exception\":\\[([^]]*)\\]", RegexOptions.None, TimeSpan.FromSeconds(5));
        Assert.Equal(reasons, told.Select(one => one.Groups[1].Value));
        Assert.Equal(reasons.Select(reason => reason == "client-revoked" ? "" : "\"site: client-revocations\""), told.Select(one => one.Groups[2].Value));
    }

    private string Fault(string list)
    {
        folder.Write("lists.pem", list);
        var thrown = Assert.Throws<PlimsollException>(() => RevocationLists.Read(new(Path.Combine(folder.Path, "trusted.pem"), Revocations: Path.Combine(folder.Path, "lists.pem"))));
        return thrown.Message.Replace(folder.Path + "/", "", StringComparison.Ordinal);
    }

    private static string Pem(byte[] der) => PemEncoding.WriteString("X509 CRL", der);

    private static byte[] Der(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    [Fact]
    public void What_is_no_list_of_an_authority()
    {
        var root = new Authority(folder.Path, "root");
        var stranger = new Authority(folder.Path, "stranger");
        var list = root.List();
        File.Copy(Path.Combine(folder.Path, "root.pem"), Path.Combine(folder.Path, "trusted.pem"));
        Assert.Equal("lists.pem has no list of revoked certificates.", Fault(""));
        Assert.Equal("lists.pem has no list of revoked certificates.", Fault(File.ReadAllText(Path.Combine(folder.Path, "root.pem"))));
        Assert.Equal("The list in lists.pem is of CN=stranger, which is no authority of `client-ca`.", Fault(list + stranger.List()));
        Assert.Equal("The list in lists.pem has the critical extension 2.5.29.27, so it is not the complete list of one authority.", Fault(root.List("-crldays 30 -crlexts delta")));
        Assert.Equal("The list in lists.pem is signed in a way (1.2.840.10045.4.1) that is not RSA (PKCS #1) or ECDSA with SHA-256, SHA-384 or SHA-512.", Fault(root.List("-crldays 30 -md sha1")));
        Assert.Equal("lists.pem has more than 64 lists.", Fault(string.Concat(Enumerable.Repeat(list, 65))));
        Assert.Equal("lists.pem has more than 16,777,216 bytes.", Fault(new string('x', (16 << 20) + 1)));
        Assert.Equal("lists.pem has no list of revoked certificates.", Fault(new string('x', 16 << 20)));

        File.WriteAllText(Path.Combine(folder.Path, "trusted.pem"), RootWithAnotherKey());
        Assert.Equal("The list in lists.pem is not signed by CN=root, although it says so.", Fault(list));
    }

    private static string RootWithAnotherKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var same = new X500DistinguishedNameBuilder();
        same.AddCommonName("root");
        using var named = new CertificateRequest(same.Build(), key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return other.ExportCertificatePem() + "\n" + named.ExportCertificatePem();
    }

    /// <summary>Every beginning of a list, and every list with one bit turned, is refused in a sentence.</summary>
    [Theory]
    [InlineData("ec -pkeyopt ec_paramgen_curve:prime256v1", "sha384")]
    [InlineData("rsa:2048", "sha512")]
    public void What_is_damaged_is_refused(string key, string digest)
    {
        var root = new Authority(folder.Path, "root", key: key);
        root.Sign("bad", "0x00f1");
        root.TakeBack("bad");
        var list = Der(root.List($"-crldays 30 -md {digest}"));
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(folder.Path, "root.pem"));
        using var bad = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder.Path, "bad.pem"));
        Assert.True(new RevocationList(list, "file", authorities).Has(bad));
        folder.Write("lists.pem", Pem(list));
        File.WriteAllBytes(Path.Combine(folder.Path, "lists.der"), list);
        foreach (var file in (string[])["lists.pem", "lists.der"])
            Assert.NotNull(RevocationLists.Read(new(Path.Combine(folder.Path, "root.pem"), Revocations: Path.Combine(folder.Path, file))));
        for (var length = 0; length < list.Length; length++) Assert.Throws<PlimsollException>(() => new RevocationList(list.AsMemory(0, length), "file", authorities));
        for (var bit = 0; bit < list.Length * 8; bit++)
        {
            byte[] damaged = [.. list];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<PlimsollException>(() => new RevocationList(damaged, "file", authorities));
        }
    }
}
