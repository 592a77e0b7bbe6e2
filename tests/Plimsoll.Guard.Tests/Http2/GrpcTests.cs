using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>Upstreams in HTTP/2: @grpc/grpc-js on both sides, and answers that a test writes frame by frame.</summary>
public sealed class GrpcTests
{
    private const string package = "@grpc/grpc-js@1.14";

    private const string service = """
        const grpc = require('@grpc/grpc-js');
        const bytes = { requestSerialize: v => v, requestDeserialize: v => v, responseSerialize: v => v, responseDeserialize: v => v };
        const method = (name, requestStream, responseStream) => ({ path: '/test.Echo/' + name, requestStream, responseStream, ...bytes });
        const definition = { unary: method('Unary', false, false), collect: method('Collect', true, false), spread: method('Spread', false, true), chat: method('Chat', true, true), fail: method('Fail', false, false) };
        const address = '127.0.0.1:' + process.argv[3];
        if (process.argv[2] === 'server') {
          const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
          server.addService(definition, {
            unary: (call, done) => { const trailer = new grpc.Metadata(); trailer.set('x-trailer', String(call.metadata.get('x-a')[0])); done(null, call.request, trailer); },
            collect: (call, done) => { let sum = 0; call.on('data', piece => sum += piece.length).on('end', () => done(null, Buffer.from(String(sum)))); },
            spread: call => { for (let i = 0; i < 200; i++) call.write(Buffer.alloc(10000, i)); call.end(); },
            chat: call => { call.on('data', piece => call.write(piece)).on('end', () => call.end()); },
            fail: (call, done) => done({ code: grpc.status.NOT_FOUND, details: 'no such thing' }),
          });
          server.bindAsync(address, grpc.ServerCredentials.createInsecure(), () => console.log('ready'));
        } else {
          const Client = grpc.makeGenericClientConstructor(definition, 'test.Echo');
          const client = new Client(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
          const unary = size => new Promise((resolve, reject) => {
            const metadata = new grpc.Metadata(); metadata.set('x-a', 'b');
            let trailer; const call = client.unary(Buffer.alloc(size, 7), metadata, (error, answer) => error ? reject(error) : setImmediate(() => resolve(answer.length + ' ' + trailer)));
            call.on('status', status => trailer = status.metadata.get('x-trailer')[0]);
          });
          (async () => {
            console.log(await unary(5));
            console.log(await unary(2000000));
            console.log((await Promise.all(Array.from({ length: 50 }, () => unary(100)))).every(text => text === '100 b'));
            console.log(await new Promise((resolve, reject) => { const call = client.collect((error, answer) => error ? reject(error) : resolve(String(answer))); for (let i = 0; i < 100; i++) call.write(Buffer.alloc(5000)); call.end(); }));
            console.log(await new Promise((resolve, reject) => { let sum = 0; client.spread(Buffer.from('x')).on('data', piece => sum += piece.length).on('end', () => resolve(sum)).on('error', reject); }));
            console.log(await new Promise((resolve, reject) => { let seen = 0; const call = client.chat(); call.on('data', () => { if (++seen < 10) call.write(Buffer.from('next')); else call.end(); }).on('end', () => resolve(seen)).on('error', reject); call.write(Buffer.from('first')); }));
            console.log(await new Promise(resolve => client.fail(Buffer.from('x'), error => resolve(error.code + ' ' + error.details))));
            client.close();
          })();
        }
        """;

    [Fact]
    public async Task Calls_of_all_four_kinds_and_a_status()
    {
        Assert.SkipUnless(RealServer.HasNode, "node is not installed");
        var folder = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_TEST_CACHE") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/plimsoll-test"), "grpc");
        Directory.CreateDirectory(folder);
        if (!Directory.Exists(Path.Combine(folder, "node_modules/@grpc/grpc-js")))
        {
            try
            {
                await RealClientTests.RunAsync("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package);
            }
            catch (Exception thrown) when (thrown is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"{package} is not to be had: {thrown.Message}");
            }
        }
        var script = Path.Combine(folder, "grpc.js");
        await File.WriteAllTextAsync(script, service, TestContext.Current.CancellationToken);
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = (IPEndPoint)probe.LocalEndpoint;
        probe.Stop();
        using var server = Process.Start(new ProcessStartInfo("/usr/bin/node", [script, "server", $"{address.Port}"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            using var guard = Guard(address);
            var said = await RealClientTests.RunAsync("node", script, "client", $"{guard.Address.Port}");
            Assert.Equal("5 b\n2000000 b\ntrue\n500000\n2000000\n10\n5 no such thing\n", said);
            Assert.All(guard.Events.All, one => Assert.Equal(Reason.None, one.Reason));
        }
        finally
        {
            server.Kill();
        }
    }

    [Theory]
    [InlineData("HEADERS+ES+EH@1 {:status: 204, x-a: b}", 204, "none")]
    [InlineData("HEADERS+EH@1 {:status: 100} ; HEADERS+EH@1 {:status: 200} ; DATA@1 \"ok\" ; HEADERS+ES+EH@1 {x-sum: 1}", 200, "none")]
    [InlineData("HEADERS+EH+PAD@1 01 & {:status: 200, content-length: 2} & 00 ; DATA+PAD+ES@1 01 & \"ok\" & 00", 200, "none")]
    [InlineData("PING 0102030405060708 ; WINDOWUPDATE 00000001 ; HEADERS+ES@1 {:status: 200} ; CONTINUATION+EH@1 {a: b}", 200, "none")]
    [InlineData("HEADERS+ES+EH@1 {x-a: b}", 502, "status-line-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 20}", 502, "status-line-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 101}", 502, "status-line-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 200, :status: 200}", 502, "pseudo-field-malformed")]
    [InlineData("HEADERS+ES+EH@1 {x-a: b, :status: 200}", 502, "pseudo-field-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 200, X-A: b}", 502, "field-name-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 200, a: b\\r\\nSet-Cookie: c}", 502, "bare-carriage-return")]
    [InlineData("HEADERS+ES+EH@1 {:status: 200, connection: close}", 502, "connection-malformed")]
    [InlineData("HEADERS+ES+EH@1 {:status: 200, content-length: 2}", 502, "length-disagrees")]
    [InlineData("HEADERS+ES+EH@1 80", 502, "compression-failed")]
    [InlineData("DATA@1 \"x\"", 502, "frame-malformed")]
    [InlineData("PUSHPROMISE+EH@1 00000002 & {:method: GET}", 502, "frame-malformed")]
    [InlineData("HEADERS@1 {:status: 200} ; PING 0102030405060708", 502, "frame-malformed")]
    [InlineData("RSTSTREAM@1 00000002", 502, "upstream-closed")]
    [InlineData("GOAWAY 0000000000000002", 502, "upstream-closed")]
    [InlineData("HEADERS+ES@1 {:status: 200} ; ×9 CONTINUATION@1", 502, "continuation-flood")]
    [InlineData("×1100 PING 0102030405060708", 502, "control-flood")]
    public async Task Answers_are_read_as_strictly_as_requests(string frames, int status, string reason)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadPastAsync("SM\r\n\r\n");
            await peer.SendAsync(Encoding.Latin1.GetString(Sequence.Parse($"RAW ; SETTINGS ; {frames}")));
            await peer.ReadPastAsync("never");
        });
        using var guard = Guard(server.Address, new() { ResponseTime = 5_000, ControlFramesRate = 0 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(reason, Reasons.Name(Assert.Single(await guard.Events.AtLeastAsync(1)).Reason));
    }

    /// <summary>Each message has its limits, the call has none: it outlives every time that a body is given, and passes the length of one.</summary>
    [Fact]
    public async Task A_call_lives_as_long_as_messages_flow()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadPastAsync("SM\r\n\r\n");
            await peer.SendAsync(Encoding.Latin1.GetString(Sequence.Parse("RAW ; SETTINGS ; HEADERS+EH@1 {:status: 200}")));
            for (var i = 0; i < 40; i++) await peer.ReadPastAsync("ping");
            await peer.SendAsync(Encoding.Latin1.GetString(Sequence.Parse("RAW ; DATA@1 \"done\" ; HEADERS+ES+EH@1 {grpc-status: 0}")));
            await peer.ReadPastAsync("never");
        });
        using var guard = Guard(server.Address, new() { BodyBytes = 100, BodyTime = 200, BodyGrace = 200, BodyRate = 1_000_000, ResponseTime = 300, ResponseBodyTime = 300 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+EH@1 {POST, content-type: application/grpc}");
        for (var i = 0; i < 40; i++)
        {
            await Task.Delay(30, TestContext.Current.CancellationToken);
            await client.SendMoreAsync("DATA@1 0000000004 & \"ping\"");
        }
        await client.SendMoreAsync("DATA+ES@1");
        Assert.Equal("data 1 4", (await client.ReadUntilAsync(FrameType.Data, 1))[^1]);
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    /// <summary>A lower limit of bodies is one of messages too.</summary>
    [Theory]
    [InlineData(16, 8)]
    [InlineData(8, 16)]
    [Trait("limit", nameof(GuardLimits.MessageBytes))]
    public async Task A_message_longer_than_the_lower_of_its_limits(int message, int body)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadPastAsync("SM\r\n\r\n");
            await peer.SendAsync(Encoding.Latin1.GetString(Sequence.Parse("RAW ; SETTINGS")));
            await peer.ReadPastAsync("never");
        });
        using var guard = Guard(server.Address, new() { MessageBytes = message, BodyBytes = body });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+EH@1 {POST, content-type: application/grpc} ; DATA@1 0000000008 & \"xxxxxxxx\" ; DATA@1 0000000009");
        Assert.Equal("headers 1 413", (await client.ReadUntilAsync(FrameType.Headers, 1))[^1]);
        Assert.Equal(Reason.MessageTooLarge, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Theory]
    [InlineData("DATA@1 0200000000", "message-malformed", 400)]
    [InlineData("DATA@1 0000000011", "message-too-large", 413)]
    [InlineData("DATA@1 0000000010 & \"xxxxxxxxxxxxxxxx\" ; DATA@1 00000000", "slow-body", 408)]
    [InlineData("DATA@1 0000000001 ; DATA@1 \"x\"", "slow-body", 408)]
    [InlineData("DATA@1 0000000004 ; DATA+ES@1 \"abc\"", "body-truncated", 400)]
    [Trait("limit", nameof(GuardLimits.StreamIdleTime))]
    public async Task What_is_wrong_with_its_messages(string frames, string reason, int status)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadPastAsync("SM\r\n\r\n");
            await peer.SendAsync(Encoding.Latin1.GetString(Sequence.Parse("RAW ; SETTINGS")));
            await peer.ReadPastAsync("never");
        });
        using var guard = Guard(server.Address, new() { MessageBytes = 16, BodyTime = 300, BodyGrace = 300, StreamIdleTime = 500 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync($"HEADERS+EH@1 {{POST, content-type: application/grpc+proto}} ; {frames}");
        Assert.Equal($"headers 1 {status}", (await client.ReadUntilAsync(FrameType.Headers, 1))[^1]);
        Assert.Equal(reason, Reasons.Name(Assert.Single(await guard.Events.AtLeastAsync(1)).Reason));
    }

    private static RunningGuard Guard(IPEndPoint upstream, GuardLimits? limits = null) =>
        new([upstream], limits, site => site with { Upstreams = [new UpstreamOptions($"h2c://{upstream}", upstream, IsHttp2: true)] }, listener: new(new(IPAddress.Loopback, 0)) { AllowsHttp2 = true });
}
