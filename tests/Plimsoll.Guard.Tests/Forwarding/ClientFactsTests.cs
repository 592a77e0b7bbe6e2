using System.Collections.Concurrent;
using System.Net;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Forwarding;

/// <summary>What the application is told of the client, and what it is not.</summary>
public sealed class ClientFactsTests
{
    /// <summary>The head that the application got, and the client that the event names.</summary>
    private static async Task<(string Head, string Client)> ForwardedAsync(string fields, string trusted = "127.0.0.0/8")
    {
        var heads = new ConcurrentQueue<string>();
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", heads);
        using var guard = new RunningGuard([server.Address], listener: new(new(IPAddress.Loopback, 0)) { TrustedProxies = [IPNetwork.Parse(trusted)] });
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        await client.ReadUntilAsync("ok");
        return (Assert.Single(heads), (await guard.Events.AtLeastAsync(1))[0].Client);
    }

    [Theory]
    [InlineData("X-Forwarded-For: 198.51.100.66\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7", "198.51.100.66, 192.0.2.7, 127.0.0.1")]
    [InlineData("X-Forwarded-For: 192.0.2.7\r\nVia: 1.1 a\r\nx-forwarded-for: 127.0.0.5,127.0.0.6\r\nX-Forwarded-For: 127.0.0.7\r\n", "192.0.2.7", "192.0.2.7, 127.0.0.5,127.0.0.6, 127.0.0.7, 127.0.0.1")]
    [InlineData("X-Forwarded-For: 192.0.2.7, evil, 127.0.0.5\r\n", "127.0.0.5", "127.0.0.5, 127.0.0.1")]
    [InlineData("X-Forwarded-For: 192.0.2.7, evil\r\nX-Forwarded-For: 127.0.0.5\r\n", "127.0.0.5", "127.0.0.5, 127.0.0.1")]
    [InlineData("X-Forwarded-For: 192.0.2.7, evil\r\n", "127.0.0.1", "127.0.0.1")]
    [InlineData("X-Forwarded-For:\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 127.0.0.1")]
    public async Task The_fields_of_trusted_proxies_are_one_list(string fields, string client, string forwarded)
    {
        var (head, told) = await ForwardedAsync(fields);
        Assert.Equal(client, told);
        Assert.Contains($"\r\nX-Forwarded-For: {forwarded}\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "http")]
    [InlineData("X-Forwarded-Proto: https, http\r\n", "http")]
    [InlineData("X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n", "https")]
    public async Task The_next_proxy_says_whether_the_client_is_encrypted(string fields, string said) =>
        Assert.Contains($"\r\nX-Forwarded-Proto: {said}\r\n", (await ForwardedAsync(fields)).Head, StringComparison.Ordinal);

    [Theory]
    [InlineData("Proxy")]
    [InlineData("pRoXy")]
    [InlineData("Client-Cert")]
    [InlineData("Client-Cert-Chain")]
    [InlineData("X-Client-Cert")]
    [InlineData("X-SSL-Client-Verify")]
    [InlineData("X-Ssl-Client-S-DN")]
    [InlineData("SSL-Client-Subject-DN")]
    [InlineData("X-Forwarded-Client-Cert")]
    [InlineData("X-Forwarded-Tls-Client-Cert-Info")]
    [InlineData("X-Amzn-Mtls-Clientcert-Leaf")]
    [InlineData("X-ARR-ClientCert")]
    public async Task Only_a_front_may_say_it(string name)
    {
        foreach (var trusted in (string[])["127.0.0.0/8", "192.0.2.0/24"])
        {
            var (head, _) = await ForwardedAsync($"A: b\r\n{name}: evil\r\nC: d\r\n", trusted);
            Assert.Contains("\r\nA: b\r\nC: d\r\n", head, StringComparison.Ordinal);
            Assert.DoesNotContain("evil", head, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("X_SSL_Client_Verify")]
    [InlineData("Client_Cert")]
    public async Task What_CGI_takes_for_it_is_refused(string name)
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{name}: evil\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }
}
