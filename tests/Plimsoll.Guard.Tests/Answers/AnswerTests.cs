using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Answers;

/// <summary>The head of an answer is inspected before the client has a byte of it.</summary>
public sealed class AnswerTests
{
    private const string get = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData("200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 6", 200, "none")]
    [InlineData("200 OK\r\nContent-Type: Image/PNG\r\nContent-Length: 6", 200, "none")]
    [InlineData("304 Not Modified", 304, "none")]
    [InlineData("302 Found\r\nLocation: /\r\nContent-Length: 0", 302, "none")]
    [InlineData("200 OK\r\nContent-Type: application/sql\r\nContent-Length: 6", 502, "answer-type")]
    [InlineData("200 OK\r\nContent-Type: text/htmlx\r\nContent-Length: 6", 502, "answer-type")]
    [InlineData("200 OK\r\nContent-Type: imagex/png\r\nContent-Length: 6", 502, "answer-type")]
    [InlineData("200 OK\r\nContent-Length: 6", 502, "answer-type")]
    [InlineData("200 OK\r\nContent-Type: text/html\r\nContent-Type: application/sql\r\nContent-Length: 6", 502, "answer-type")]
    public async Task Only_the_types_of_a_site_pass(string head, int status, string reason)
    {
        using var server = RawServer.Answering($"HTTP/1.1 {head}\r\n\r\nsecret");
        foreach (var mode in Enum.GetValues<Mode>())
        {
            using var guard = new RunningGuard(server.Address, site: site => site with { Mode = mode, AnswerTypes = ["text/html", "image/*"] });
            using var client = new RawClient(guard.Address);
            await client.SendAsync(get);
            var answer = await client.ReadToEndAsync();
            var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
            var isRefused = reason != "none" && mode == Mode.Enforce;
            Assert.StartsWith(isRefused ? $"HTTP/1.1 {status} " : $"HTTP/1.1 {head.Split('\r')[0]}\r\n", answer, StringComparison.Ordinal);
            Assert.Equal(!isRefused && head.EndsWith("Length: 6", StringComparison.Ordinal), answer.Contains("secret", StringComparison.Ordinal));
            if (head.EndsWith("Length: 6", StringComparison.Ordinal) || reason != "none") Assert.Equal(reason, Reasons.Name(recorded.Reason));
            if (reason != "none") Assert.Equal(isRefused ? Decision.Refuse : Decision.ForwardRecorded, recorded.Decision);
        }
    }

    [Theory]
    [InlineData(FailMode.Closed, "HTTP/1.1 502 ", Decision.Refuse)]
    [InlineData(FailMode.Open, "HTTP/1.1 200 ", Decision.ForwardRecorded)]
    internal async Task One_that_could_not_be_inspected_follows_the_fail_mode(FailMode mode, string begins, Decision decision)
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var guard = new RunningGuard(server.Address, site: site => site with { FailMode = mode }, inspectors: [new Broken()]);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        Assert.StartsWith(begins, await client.ReadToEndAsync(), StringComparison.Ordinal);
        var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
        Assert.Equal((decision, Reason.InspectorFailed), (recorded.Decision, recorded.Reason));
    }

    [Fact]
    public async Task Inspectors_see_the_request_with_it()
    {
        using var server = RawServer.Answering("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
        using var guard = new RunningGuard(server.Address, inspectors: [new Missing()]);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        Assert.StartsWith("HTTP/1.1 403 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(Reason.RuleMatched, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    private sealed class Broken : IInspector
    {
        public string Id => "test/broken";
        public Needs Needs => Needs.ResponseHead;

        public Verdict Inspect(Message message, Needs stage) => throw new InvalidOperationException();
    }

    private sealed class Missing : IInspector
    {
        public string Id => "test/missing";
        public Needs Needs => Needs.ResponseHead;

        public Verdict Inspect(Message message, Needs stage) => message is HttpResponse { Status: 404, Request: { } request } && request[request.Target].SequenceEqual("/a"u8) ? new(Reason.RuleMatched, Rule: 1) : default;
    }
}
