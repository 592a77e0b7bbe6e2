using System.Diagnostics;
using System.Text;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Answers;

/// <summary>What rules see of an answer's body, what becomes of the rest, and that the client gets the very bytes or nothing.</summary>
public sealed class HeldAnswerTests : IDisposable
{
    private const string get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private readonly string folder = Directory.CreateTempSubdirectory("guard-held-").FullName;
    private readonly RuleProgram rules;

    public HeldAnswerTests()
    {
        var file = Path.Combine(folder, "rules.conf");
        File.WriteAllText(file, "SecRule RESPONSE_BODY \"@contains a secret\" \"id:1,phase:4,deny\"\n");
        rules = ProgramBuilder.Build(RuleFiles.Read([file]), paranoia: null, Detection.Crs);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private RunningGuard Guard(RawServer server, AnswerBodyOptions? bodies = null, Mode mode = Mode.Enforce, FailMode fail = FailMode.Closed, GuardLimits? limits = null) =>
        new(server.Address, limits, site => site with { Rules = rules, Mode = mode, FailMode = fail, AnswerBodies = bodies ?? new() { Time = 20_000 } });

    private static RawServer Server(byte[] body, string fields, int status = 200) =>
        RawServer.Answering($"HTTP/1.1 {status} X\r\n{fields}Content-Length: {body.Length}\r\n\r\n{Encoding.Latin1.GetString(body)}");

    /// <summary>Status and body.</summary>
    private static async Task<(int Status, byte[] Body)> AskAsync(RunningGuard guard)
    {
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        var answer = await client.ReadToEndAsync();
        return (int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), Encoding.Latin1.GetBytes(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
    }

    private static byte[] Compressed(string program, byte[] content)
    {
        using var process = Process.Start(new ProcessStartInfo(program, program == "zstd" ? ["-c", "-q"] : ["-c"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var reading = Task.Run(() =>
        {
            using var all = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(all);
            return all.ToArray();
        });
        process.StandardInput.BaseStream.Write(content);
        process.StandardInput.Close();
        return reading.Result;
    }

    private static byte[] Page(string secret) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2_000).Select(i => $"<p>line {i * 7919}</p>\n")) + secret);

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip", "x-gzip")]
    [InlineData("brotli", "br")]
    [InlineData("zstd", "zstd")]
    public async Task Compressed_answers_are_read_and_pass_as_they_came(string program, string coding)
    {
        var fields = $"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: {coding}\r\n";
        var clean = Compressed(program, Page("nothing"));
        Assert.True(clean.AsSpan().IndexOf("line"u8) < 0 || clean.Length < Page("nothing").Length / 2);
        using (var server = Server(clean, fields))
        using (var guard = Guard(server))
        {
            var (status, body) = await AskAsync(guard);
            Assert.Equal(200, status);
            Assert.Equal(clean, body);
            await guard.Events.AtLeastAsync(1);
            Assert.Equal(UnreadAnswer.None, Assert.Single(guard.Events.Rests).Answer);
            Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
        }
        using (var server = Server(Compressed(program, Page("a secret")), fields))
        using (var guard = Guard(server))
        {
            Assert.Equal(403, (await AskAsync(guard)).Status);
            Assert.Equal(Reason.RuleMatched, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
            Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
        }
    }

    /// <summary>What is not read, why, and what the site's options make of it.</summary>
    public static TheoryData<string, string> Unread => new()
    {
        { "long", "too-long" },
        { "bomb", "too-long" },
        { "unknown", "coding" },
        { "corrupt", "coding" },
        { "cut", "coding" },
        { "range", "part" },
        { "ranges", "part" },
        { "crowded", "too-many-at-once" },
    };

    private static RawServer UnreadServer(string kind, out byte[] body)
    {
        const string html = "Content-Type: text/html\r\n";
        const string zipped = html + "Content-Encoding: gzip\r\n";
        var compressed = Compressed("gzip", Page("a secret"));
        switch (kind)
        {
            case "long":
                return Server(body = [.. new byte[5_000], .. Page("a secret")], html);
            case "bomb":
                return Server(body = Compressed("gzip", new byte[40 << 20]), zipped);
            case "unknown":
                return Server(body = compressed, html + "Content-Encoding: compress\r\n");
            case "corrupt":
                compressed[compressed.Length / 2] ^= 0x55;
                return Server(body = compressed, zipped);
            case "cut":
                return Server(body = compressed[..^20], zipped);
            case "range":
                return Server(body = "ret"u8.ToArray(), html + "Content-Range: bytes 5-7/9\r\n", 206);
            case "ranges":
                return Server(body = "--b\r\nContent-Type: text/html\r\nContent-Range: bytes 5-7/9\r\n\r\nret\r\n--b--\r\n"u8.ToArray(), "Content-Type: multipart/byteranges; boundary=b\r\n", 206);
            default:
                return Server(body = Page("a secret"), html);
        }
    }

    [Theory, MemberData(nameof(Unread))]
    public async Task What_is_not_read_passes_and_is_told_of_or_follows_the_fail_mode(string kind, string why)
    {
        using var server = UnreadServer(kind, out var sent);
        var bodies = new AnswerBodyOptions { Bytes = kind == "long" ? 5_000 : 200_000, Time = 20_000 };
        var limits = kind == "crowded" ? new GuardLimits { InspectionBytes = 1 } : null;
        foreach (var (fails, fail, mode, passes) in ((bool, FailMode, Mode, bool)[])[(false, FailMode.Closed, Mode.Enforce, true), (true, FailMode.Open, Mode.Enforce, true), (true, FailMode.Closed, Mode.Detect, true), (true, FailMode.Closed, Mode.Enforce, false)])
        {
            using var guard = Guard(server, bodies with { FailsUnread = fails }, mode, fail, limits);
            var (status, body) = await AskAsync(guard);
            var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
            Assert.Equal(why, UnreadAnswers.Name(Assert.Single(guard.Events.Rests).Answer));
            Assert.Equal((fails ? Reason.BodyNotInspected : Reason.None, passes ? fails ? Decision.ForwardRecorded : Decision.Forward : Decision.Refuse), (recorded.Reason, recorded.Decision));
            if (passes) Assert.Equal(sent, body);
            else Assert.Equal(502, status);
            Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
        }
    }

    [Theory]
    [InlineData("Content-Type: application/x-own\r\n", 403)]
    [InlineData("Content-Type: Text/HTML\r\n", 403)]
    [InlineData("Content-Type: image/png\r\nContent-Type: text/html\r\n", 403)]
    [InlineData("Content-Type: application/json\r\n", 200)]
    [InlineData("Content-Type: text/event-stream\r\n", 200)]
    [InlineData("", 200)]
    public async Task The_types_of_the_site_are_read(string fields, int status)
    {
        using var server = Server("a secret"u8.ToArray(), fields);
        using var guard = Guard(server, new() { Types = ["application/x-own", "text/*"] });
        Assert.Equal(status, (await AskAsync(guard)).Status);
    }

    /// <summary>The server goes on only when the client has what came before.</summary>
    [Theory]
    [InlineData("text/event-stream", 60_000, UnreadAnswer.None)]
    [InlineData("text/html", 50, UnreadAnswer.TooSlow)]
    [InlineData("text/html", 0, UnreadAnswer.TooSlow)]
    internal async Task A_stream_is_not_held(string type, int time, UnreadAnswer why)
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await goesOn.Task;
            await peer.SendAsync("8\r\na secret\r\n0\r\n\r\n");
        });
        using var guard = Guard(server, new() { Types = ["text/*"], Time = time });
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        Assert.Contains("first", await client.ReadUntilAsync("first"), StringComparison.Ordinal);
        goesOn.SetResult();
        Assert.Contains("a secret", await client.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        Assert.Equal(why, Assert.Single(guard.Events.Rests).Answer);
        Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
    }

    /// <summary>The read that nobody waits for any more is ended, and with it the connection.</summary>
    [Fact]
    public async Task A_slow_answer_that_is_refused_ends_its_upstream_connection()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await peer.ReadHeadAsync();
            ended.SetResult();
        });
        using var guard = Guard(server, new() { Time = 50, FailsUnread = true });
        Assert.Equal(502, (await AskAsync(guard)).Status);
        await ended.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Reason.BodyNotInspected, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
    }

    /// <summary>A client that does not read keeps what is held, and not a copy of it beside.</summary>
    [Fact]
    public async Task What_a_slow_reader_has_not_taken_stays_in_the_budget()
    {
        var page = new byte[16 << 20];
        Array.Fill(page, (byte)'x');
        using var server = Server(page, "Content-Type: text/html\r\n");
        using var guard = Guard(server, new() { Bytes = 16 << 20, Time = 60_000 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync(get);
        await client.ReadUntilAsync("\r\n\r\n");
        Assert.InRange(guard.Gateway.InspectionBudget.Taken, 16 << 20, 32 << 20);
        await client.ReadToEndAsync();
        await Waiting.WhileAsync(() => guard.Gateway.InspectionBudget.Taken > 0);
        Assert.Equal(0, guard.Gateway.InspectionBudget.Taken);
    }

    /// <summary>What finds no room to be held is forwarded in mode detect, every byte of it.</summary>
    [Theory]
    [InlineData("application/x-www-form-urlencoded", 1)]
    [InlineData("application/json", 40_000)]
    [InlineData("text/plain", 40_000)]
    public async Task A_body_without_room_is_forwarded_as_it_came(string type, int room)
    {
        var body = "a=" + new string('b', 100_000);
        var got = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            got.TrySetResult(await peer.ReadAsync(body.Length));
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        using var guard = Guard(server, mode: Mode.Detect, limits: new() { InspectionBytes = room });
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(body, await got.Task);
        var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
        Assert.Equal((Decision.ForwardRecorded, Reason.TooManyAtOnce), (recorded.Decision, recorded.Reason));
    }
}
