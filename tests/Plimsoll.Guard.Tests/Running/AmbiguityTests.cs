using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>What a running guard refuses as ambiguous, says of it, and lets pass.</summary>
public sealed class AmbiguityTests
{
    private const string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    public static TheoryData<string> Names => [.. AmbiguousRequest.All.Keys.Select(AmbiguityNames.Of)];

    public static TheoryData<string> OrdinaryNames => [.. OrdinaryRequest.All.Select(request => request.Name)];

    /// <summary>Reads whole requests, keeps them and answers.</summary>
    private static RawServer Application(ConcurrentQueue<string> requests) => new(async peer =>
    {
        while (await peer.ReadHeadAsync() is { } head)
        {
            var body = "";
            if (head.Contains("Content-Length: ", StringComparison.Ordinal))
            {
                var length = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture);
                body = await peer.ReadAsync(length);
                if (body.Length < length) return;
            }
            else if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal)) body = await peer.ReadPastAsync("0\r\n\r\n") ?? "[cut off]";
            requests.Enqueue(head + body);
            await peer.SendAsync(head.Contains("Upgrade: websocket", StringComparison.Ordinal) ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" : ok);
        }
    });

    private static async Task<string> AskAsync(RunningGuard guard, string request)
    {
        using var client = new RawClient(guard.Address);
        await client.SendAsync(request);
        return (await client.ReadUntilAsync("\r\n\r\n"))[9..12];
    }

    private static async Task<(string Status, Recorded Event, RecordedAmbiguities Ambiguities, IReadOnlyList<string> Forwarded)> ThroughAsync(string request, AmbiguityOptions options, Mode mode = Mode.Enforce)
    {
        var forwarded = new ConcurrentQueue<string>();
        using var server = Application(forwarded);
        using var guard = new RunningGuard(server.Address, site: site => site with { Ambiguities = options, Mode = mode });
        var status = await AskAsync(guard, request);
        return (status, (await guard.Events.AtLeastAsync(1))[0], guard.Events.Ambiguities[0], [.. forwarded]);
    }

    [Fact]
    public void Every_ambiguity_has_its_request() =>
        Assert.Equal(Enum.GetValues<Ambiguity>().Except([Ambiguity.None, .. AmbiguousRequest.NeverComeSoFar]), AmbiguousRequest.All.Keys.Order());

    [Theory, MemberData(nameof(Names))]
    public async Task Each_is_refused_by_its_name_where_a_site_refuses_it(string name)
    {
        var kind = Kind(name);
        var only = AmbiguitySet.Of(kind);
        var (status, recorded, ambiguities, forwarded) = await ThroughAsync(AmbiguousRequest.All[kind], new() { Refused = only, Allowed = AmbiguitySet.Refused - only });
        Assert.Equal(("403", Decision.Refuse, Reason.Ambiguous), (status, recorded.Decision, recorded.Reason));
        Assert.Equal((kind, only), (ambiguities.First, ambiguities.Refused));
        Assert.Equal(AmbiguitySet.Unread.Contains(kind), ambiguities.Unread.Contains(kind));
        Assert.Empty(forwarded);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_that_is_not_ordinary_is_refused_by_default_and_its_exception_lets_it_pass(string name)
    {
        var kind = Kind(name);
        var request = AmbiguousRequest.All[kind];
        var (status, recorded, ambiguities, forwarded) = await ThroughAsync(request, new());
        if (AmbiguitySet.Ordinary.Contains(kind) || kind is Ambiguity.RawNonAscii or Ambiguity.SemicolonSeparator)
        {
            Assert.Equal(("200", Decision.Forward), (status, recorded.Decision));
            Assert.True(ambiguities.Refused.IsEmpty);
            Assert.Single(forwarded);
            return;
        }
        Assert.Equal(("403", Reason.Ambiguous), (status, recorded.Reason));
        Assert.True(ambiguities.Refused.Contains(kind), name);
        Assert.Empty(forwarded);

        var allowed = await ThroughAsync(request, new() { Allowed = ambiguities.Refused });
        Assert.Equal(("200", Decision.Forward), (allowed.Status, allowed.Event.Decision));
        Assert.EndsWith(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], Assert.Single(allowed.Forwarded), StringComparison.Ordinal);

        var detected = await ThroughAsync(request, new(), Mode.Detect);
        Assert.Equal(("200", Decision.ForwardRecorded, Reason.Ambiguous), (detected.Status, detected.Event.Decision, detected.Event.Reason));
    }

    [Theory, MemberData(nameof(OrdinaryNames))]
    public async Task What_ordinary_clients_send_passes_as_it_came(string name)
    {
        var request = OrdinaryRequest.All.Single(one => one.Name == name).Bytes;
        var (status, recorded, ambiguities, forwarded) = await ThroughAsync(request, new());
        Assert.True(status is "200" or "101" && recorded.Decision == Decision.Forward, string.Join(' ', Enum.GetValues<Ambiguity>().Where(ambiguities.Refused.Contains)));
        var line = request.Split(" HTTP/")[0];
        Assert.StartsWith(line, Assert.Single(forwarded), StringComparison.Ordinal);
        Assert.EndsWith(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], forwarded[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/octet-stream")]
    [InlineData("application/grpc")]
    public async Task What_is_not_read_passes_and_is_said_to_be_unread_unless_the_site_refuses_it(string type)
    {
        var request = AmbiguousRequest.Post(type, "\0\u00ff" + new string('x', 300_000));
        var opaque = AmbiguitySet.Of(Ambiguity.OpaqueBody);
        var (status, _, ambiguities, _) = await ThroughAsync(request, new());
        Assert.Equal(("200", opaque), (status, ambiguities.Unread));
        var refused = await ThroughAsync(request, new() { RefusesUnread = true });
        Assert.Equal(("403", Ambiguity.OpaqueBody, opaque), (refused.Status, refused.Ambiguities.First, refused.Ambiguities.Refused));
        Assert.Empty(refused.Forwarded);
        Assert.Equal("200", (await ThroughAsync(request, new() { RefusesUnread = true, Allowed = opaque })).Status);
    }

    [Theory]
    [InlineData("text/plain", 131_073, "200")]
    [InlineData(null, 131_073, "200")]
    [InlineData("application/json", 1_048_577, "413")]
    public async Task Beyond_the_limit_text_passes_unread_and_anything_else_is_refused(string? type, int size, string expected)
    {
        var (status, _, ambiguities, _) = await ThroughAsync(AmbiguousRequest.Post(type, "\"" + new string('x', size - 2) + "\""), new());
        Assert.Equal(expected, status);
        if (expected == "200") Assert.True(ambiguities.Unread.Contains(Ambiguity.OpaqueBody));
        var atLimit = await ThroughAsync(AmbiguousRequest.Post(type, "\"" + new string('x', size - 3) + "\""), new());
        Assert.Equal(("200", default(AmbiguitySet)), (atLimit.Status, atLimit.Ambiguities.Unread));
        if (expected == "200") Assert.Equal("403", (await ThroughAsync(AmbiguousRequest.Post(type, new string('x', size)), new() { RefusesUnread = true })).Status);
    }

    /// <summary>Refuses a word in a named field.</summary>
    private sealed class Fields : IInspector
    {
        public string Id => "fields";
        public Needs Needs => Needs.RequestBody;

        public Verdict Inspect(Message message, Needs stage)
        {
            foreach (var value in message.Values.Values)
                if (value.Origin == Origin.Part && message.Values[value.Content].SequenceEqual("evil"u8)) return new(Reason.RuleMatched, Part.Body, Rule: 7);
            return default;
        }
    }

    [Theory]
    [InlineData("good", "200", Reason.None)]
    [InlineData("evil", "403", Reason.RuleMatched)]
    [InlineData("good\r\n--B \r\n", "403", Reason.Ambiguous)]
    public async Task A_long_upload_is_judged_to_its_end_before_the_application_has_all_of_it(string last, string expected, object reason)
    {
        var file = new string('\u00ff', 700_000);
        var body = $"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n{file}\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n{last}\r\n--B--\r\n";
        var forwarded = new ConcurrentQueue<string>();
        using var server = Application(forwarded);
        using var guard = new RunningGuard(server.Address, inspectors: [new Fields()]);
        Assert.Equal(expected, await AskAsync(guard, AmbiguousRequest.Post("multipart/form-data; boundary=B", body)));
        var recorded = (await guard.Events.AtLeastAsync(1))[0];
        Assert.Equal((Reason)reason, recorded.Reason);
        if (expected == "200") Assert.EndsWith(body, Assert.Single(forwarded), StringComparison.Ordinal);
        else Assert.DoesNotContain(forwarded, request => request.EndsWith(body, StringComparison.Ordinal));
        // Whatever was held or read is given back.
        Assert.Equal("200", await AskAsync(guard, AmbiguousRequest.Get("/")));
        Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
    }

    [Fact]
    public async Task Nothing_of_a_body_is_asked_for_when_its_head_is_refused()
    {
        var forwarded = new ConcurrentQueue<string>();
        using var server = Application(forwarded);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("POST /a/../b HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_compressed_body_is_judged_inflated_and_forwarded_as_it_came()
    {
        var packed = AmbiguousRequest.Gzip("{\"a\":1}");
        var request = AmbiguousRequest.Post("application/json", packed, "Content-Encoding: gzip");
        var passed = await ThroughAsync(request, new());
        Assert.Equal("200", passed.Status);
        Assert.EndsWith(packed, Assert.Single(passed.Forwarded), StringComparison.Ordinal);
        var refused = await ThroughAsync(AmbiguousRequest.Post("application/json", AmbiguousRequest.Gzip("{\"a\":1,}"), "Content-Encoding: gzip"), new());
        Assert.Equal(("403", Ambiguity.JsonTrailingComma), (refused.Status, refused.Ambiguities.First));
    }

    /// <summary>Positions to cut at: the ends of lines, and others evenly; all when PLIMSOLL_FULL is set.</summary>
    private static IEnumerable<int> Cuts(string request)
    {
        var step = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? Math.Max(1, request.Length / 5) : 1;
        return Enumerable.Range(1, request.Length - 1).Where(at => at % step == 0 || request[at - 1] == '\n' && at > request.Length - 200);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Wherever_a_request_is_cut_the_decision_is_the_same(string name)
    {
        var request = AmbiguousRequest.All[Kind(name)];
        if (request.Length > 3_000) return;
        using var server = Application([]);
        using var guard = new RunningGuard(server.Address);
        await AskAsync(guard, request);
        var whole = ((await guard.Events.AtLeastAsync(1))[0] with { Upstream = null }, guard.Events.Ambiguities[0]);
        foreach (var at in Cuts(request))
        {
            guard.Events.Clear();
            using var client = new RawClient(guard.Address);
            await client.SendAsync(request[..at]);
            await Task.Delay(1);
            await client.SendAsync(request[at..]);
            await client.ReadToEndAsync();
            Assert.Equal(whole, ((await guard.Events.AtLeastAsync(1))[0] with { Upstream = null }, guard.Events.Ambiguities[0]));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task The_beginning_of_a_request_is_never_forwarded_whole(string name)
    {
        var request = AmbiguousRequest.All[Kind(name)];
        var forwarded = new ConcurrentQueue<string>();
        using var server = Application(forwarded);
        using var guard = new RunningGuard(server.Address);
        foreach (var at in Cuts(request).Where(at => request.Length < 3_000 || at < 3_000))
        {
            using var client = new RawClient(guard.Address);
            await client.SendAsync(request[..at]);
            client.EndSending();
            await client.ReadToEndAsync();
        }
        Assert.Empty(forwarded);
    }

    public static TheoryData<string, string, string> Lines => new()
    {
        { AmbiguousRequest.Get("/Shop/..%00/x7?key=secret"), "\"where\":\"target\",\"at\":12,\"ambiguity\":\"nul-byte\",\"bytes\":\"%00/a0?aaa=aaaaaa\"", "[\"site: ambiguities allow nul-byte\"]" },
        { AmbiguousRequest.Get("/a/../%61?key=secret"), "\"ambiguity\":\"encoded-unreserved\",\"bytes\":\"%__?aaa=aaaaaa\"", "[\"site: ambiguities allow dot-segment\",\"site: ambiguities allow encoded-unreserved\"]" },
        { AmbiguousRequest.Get("/?secret=1&b=%zz"), "\"ambiguity\":\"invalid-escape\",\"bytes\":\"%aa\"", "[\"site: ambiguities allow invalid-escape\"]" },
        { AmbiguousRequest.Get("/", "Cookie: id=Secret9; $Version=1"), "\"where\":\"field\",\"at\":63,\"ambiguity\":\"obsolete-cookie\",\"bytes\":\" $Aaaaaaa=0\"", "[\"site: ambiguities allow obsolete-cookie\"]" },
        { AmbiguousRequest.Post("application/json", "secret", "Content-Encoding: compress"), "\"where\":\"field\",\"at\":96,\"ambiguity\":\"unknown-coding\",\"bytes\":\"aaaaaaaa\"", "[\"site: ambiguities allow unknown-coding\"]" },
        { AmbiguousRequest.Post("application/json", "{\"pin\":1234,}"), "\"where\":\"body\",\"at\":12,\"ambiguity\":\"json-trailing-comma\",\"bytes\":\"}\"", "[\"site: ambiguities allow json-trailing-comma\"]" },
    };

    [Theory, MemberData(nameof(Lines))]
    public async Task An_event_says_which_and_where_shows_the_bytes_masked_and_what_would_allow_it(string request, string part, string exception)
    {
        using var server = RawServer.Answering(ok);
        var written = new MemoryStream();
        using (var lines = new EventSinks(new EventList(), written))
        {
            lines.Use(lines.Prepare(new() { RecordsAll = true }));
            using var gateway = new Gateway(new()
            {
                Listeners = [new(new(System.Net.IPAddress.Loopback, 0))],
                Sites = [new() { Name = "shop", Upstreams = [new("one", server.Address)] }],
            }, [], lines, TimeProvider.System);
            gateway.Start();
            using var client = new RawClient(gateway.Endpoints[0]);
            await client.SendAsync(request);
            Assert.StartsWith("HTTP/1.1 403", await client.ReadToEndAsync(), StringComparison.Ordinal);
            await gateway.DrainAsync(TimeSpan.FromSeconds(10));
        }
        var line = Encoding.UTF8.GetString(written.ToArray());
        Assert.Contains(part, line, StringComparison.Ordinal);
        Assert.Contains($"\"exception\":{exception}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("1234", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_read_or_said_to_be_none()
    {
        var faults = new List<string>();
        Assert.Equal(AmbiguitySet.Of(Ambiguity.EncodedSlash, Ambiguity.InvalidUtf8), AmbiguityNames.Read(["encoded-slash", "invalid-utf8"], "--allow-ambiguity", faults));
        Assert.Empty(faults);
        Assert.True(AmbiguityNames.Read(["none", "EncodedSlash"], "--allow-ambiguity", faults).IsEmpty);
        Assert.Equal(["`--allow-ambiguity none` names no ambiguity; they are in docs/guard-normalisation.md, such as `encoded-unreserved`", "`--allow-ambiguity EncodedSlash` names no ambiguity; they are in docs/guard-normalisation.md, such as `encoded-unreserved`"], faults);
    }

    private static Ambiguity Kind(string name) => Enum.GetValues<Ambiguity>().Single(kind => AmbiguityNames.Of(kind) == name);
}
