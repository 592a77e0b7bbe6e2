using System.Net;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Operation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Events;

/// <summary>What is secret or personal in traffic is in nothing that the guard writes.</summary>
[Collection(OneByOne.Name)]
public sealed class SecretsTests
{
    private static readonly string[] secrets = ["hunter2", "4929123412341234", "4929-1234-1234-1234", "jane.doe@example.org", "jane.doe%40example.org", "eyJhbGciOiJIUzI1NiJ9", "s3ssion0123456789abcdef", "+4930123456789", "swordfish"];

    /// <summary>Each secret in each place that a request has, in requests that pass and in such that are refused for each of many reasons.</summary>
    private static IEnumerable<string> Requests(string secret)
    {
        var fields = $"Host: a\r\nAuthorization: Bearer {secret}\r\nCookie: s={secret}\r\nX-Api-Key: {secret}\r\nReferer: http://a/?q={secret}\r\n";
        yield return $"GET /p?password={secret}&{secret} HTTP/1.1\r\n{fields}\r\n";
        yield return $"GET /token/{secret}/x;v={secret} HTTP/1.1\r\n{fields}\r\n";
        yield return $"POST /p HTTP/1.1\r\n{fields}Content-Length: {secret.Length}\r\n\r\n{secret}";
        yield return $"POST /p HTTP/1.1\r\n{fields}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n{secret}";
        yield return $"GET /p HTTP/1.1\r\n{fields}X: {secret}\u0001{secret}\r\n\r\n";
        yield return $"GET /p HTTP/1.1\r\n{fields}X: {secret}\r\n {secret}\r\n\r\n";
        yield return $"GET /p HTTP/1.1\r\n{fields}X: {secret}\nY: {secret}\r\n\r\n";
        yield return $"GET /reset/{secret}\u0080{secret} HTTP/1.1\r\n{fields}\r\n";
        yield return $"GET http://{secret}@a/ HTTP/1.1\r\n{fields}\r\n";
        yield return $"GET /p HTTP/1.1\r\nHost: {secret}@a\r\n\r\n";
        yield return $"GET /p HTTP/{secret}\r\n{fields}\r\n";
        yield return $"POST /p HTTP/1.1\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{secret}\r\n";
        yield return $"GET /p HTTP/1.1\r\n{fields}Content_Length: {secret}\r\n\r\n";
        yield return $"GET /p HTTP/1.1\r\n{fields}Authorization: {secret}\r\n\r\n";
        yield return $"POST /p HTTP/1.1\r\n{fields}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: {secret}\r\n\r\n";
        yield return $"{secret} /p HTTP/1.1\r\n{fields}\r\n";
    }

    [Fact]
    public async Task No_output_has_a_secret()
    {
        using var folder = new ConfigFolder();
        using var collector = new Collector(200);
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: s=hunter2\r\nContent-Length: 9\r\n\r\nswordfish");
        using var guard = new RunningOperations(folder, $"listeners: [{{address: \"127.0.0.1:0\"}}]\nsites: [{{name: shop, upstreams: [\"{server.Address}\"]}}]\nadmin: 127.0.0.1:0\nevents: {{record: all, file: {{path: guard.jsonl}}, otlp: {{endpoint: \"{collector.Endpoint}\"}}}}");
        var count = 0;
        foreach (var request in secrets.SelectMany(Requests))
        {
            using var client = new RawClient(guard.Address);
            await client.SendAsync(request);
            client.EndSending();
            await client.ReadToEndAsync();
            count++;
        }
        await RunningOperations.UntilAsync(() => guard.Operations.Counters.All.Sum(site => site.Counters.Requests.Sum(one => one.Count)) >= count);
        var metrics = (await guard.AskAsync("/metrics")).Body + (await guard.AskAsync("/metrics", "application/openmetrics-text")).Body + (await guard.AskAsync("/status")).Body;
        var top = new StringWriter();
        await GuardTop.RunAsync(guard.Operations.AdminAddress!.ToString(), top, () => (80, 24), isLive: false, hasColour: false, TestContext.Current.CancellationToken);
        var output = guard.End();
        var file = await File.ReadAllTextAsync(Path.Combine(folder.Path, "guard.jsonl"), TestContext.Current.CancellationToken);
        var posted = string.Join('\n', collector.Bodies);

        Assert.Equal(output, file);
        Assert.True(output.Split('\n').Length > count);
        Assert.Equal(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, posted.Split("timeUnixNano").Length - 1);
        Assert.Contains("\"decision\":\"forwarded\"", output, StringComparison.Ordinal);
        Assert.Contains("\"path\":\"/token/*/x;*\"", output, StringComparison.Ordinal);
        foreach (var (where, text) in (IEnumerable<(string, string)>)[("events", output), ("collector", posted), ("metrics", metrics), ("top", top.ToString()), ("standard error", guard.Said)])
            foreach (var secret in secrets)
                Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{where} has {secret}: {text.Split('\n').FirstOrDefault(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase))}");
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/shop/cart/12345", "/shop/cart/12345")]
    [InlineData("/shop/item-with-a-long-name", "/shop/item-with-a-long-name")]
    [InlineData("/card/4929123412341234", "/card/*")]
    [InlineData("/card/4929-1234-1234-1234/x", "/card/*/x")]
    [InlineData("/user/jane@example.org/", "/user/*/")]
    [InlineData("/user/jane%40example.org", "/user/*")]
    [InlineData("/a/0b5c1f62-93f5-4c4b-b1d4-aaaaaaaaaaaa", "/a/*")]
    [InlineData("/reset/abc", "/reset/*")]
    [InlineData("/Token//abc", "/Token//*")]
    [InlineData("/a;jsessionid=12/b", "/a;*/b")]
    [InlineData("/a=b", "/a=*")]
    public void Paths(string path, string masked)
    {
        Span<char> text = stackalloc char[Masking.MostOfPath];
        Assert.Equal(masked, text[..Masking.Path(Encoding.Latin1.GetBytes(path), text)].ToString());
    }

    [Theory]
    [InlineData("shop.example.org", "shop.example.org")]
    [InlineData("shop.example.org:8080", "shop.example.org:8080")]
    [InlineData("192.168.100.200:65535", "192.168.100.200:65535")]
    [InlineData("[2001:db8::1234:5678]:80", "[2001:db8::1234:5678]:80")]
    [InlineData("4929123412341234", "*")]
    [InlineData("4929.1234.1234.1234:80", "*:80")]
    [InlineData("host:4929123412341234", "host")]
    [InlineData("jane@example.org", "*")]
    public void Hosts(string host, string masked)
    {
        Span<char> text = stackalloc char[Masking.MostOfPath];
        Assert.Equal(masked, text[..Masking.Host(Encoding.Latin1.GetBytes(host), text)].ToString());
    }

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nHost: shop\r\nX-Key: hunter2-\u0001Z\r\n\r\n", "control-byte", "\r\nA-Aaa: aaaaaa0-\uFFFDA\r\n\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: shop\r\nX-Key: hunter2\r\nContent-Length: 1\r\nContent-Length: 23\r\n\r\n", "length-repeated", "0\r\nContent-Length: 0\r\nContent-Length: 00\r\n\r\n")]
    [InlineData("GET /hunter2/\u0001 HTTP/1.1\r\nHost: shop\r\n\r\n", "target-byte", "AAA /aaaaaa0/\uFFFD AAAA/0.0\r\nAaaa: aaaa\r\n\r\n")]
    public void The_form_of_what_is_wrong(string head, string reason, string shape)
    {
        var request = new HttpRequest();
        request.Append(Encoding.Latin1.GetBytes(head));
        var verdict = RequestHead.Parse(request, GuardLimits.Default);
        Assert.Equal(reason, Reasons.Name(verdict.Reason));
        Span<char> text = stackalloc char[Masking.MostOfShape];
        var length = Masking.Shape(new() { Time = default, Decision = Decision.Refuse, Verdict = verdict, Client = IPAddress.Loopback, Request = request }, text);
        Assert.EndsWith(shape, text[..length].ToString(), StringComparison.Ordinal);
    }

    /// <summary>Parts of a head of HTTP/2 follow one another without anything between: only the one in question is shown.</summary>
    [Theory]
    [InlineData(5, "/aaaaaa0/%0a")]
    [InlineData(17, "aaaa.aaaa")]
    [InlineData(28, "x-key")]
    [InlineData(32, "aaaaaa0")]
    [InlineData(39, "AA")]
    public void The_form_in_HTTP2(int at, string shape)
    {
        var request = new HttpRequest { Version = Protocols.Http.HttpVersion.Http2 };
        request.Method = request.Append("GET"u8);
        request.Target = request.Append("/hunter2/%0a"u8);
        request.Authority = request.Append("shop.test"u8);
        request.Add(new(FieldId.Other, request.Append("x-key"u8), request.Append("hunter2"u8)));
        request.Append("...ZZ"u8); // What stands behind belongs to nothing that is known.
        Span<char> text = stackalloc char[Masking.MostOfShape];
        var length = Masking.Shape(new() { Time = default, Decision = Decision.Refuse, Verdict = new(Reason.Ambiguous, Part.Field, at), Client = IPAddress.Loopback, Request = request }, text);
        Assert.Equal(shape, text[..length].ToString());
    }

    [Fact]
    public void A_long_path_is_cut()
    {
        Span<char> text = stackalloc char[Masking.MostOfPath];
        var path = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("/abcdef", 1000)));
        Assert.Equal(Masking.MostOfPath, Masking.Path(path, text));
    }
}
