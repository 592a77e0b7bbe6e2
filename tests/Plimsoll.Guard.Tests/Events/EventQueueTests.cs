using System.Net;
using System.Text.Json;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Tests.Configuration;

namespace Plimsoll.Guard.Tests.Events;

public sealed class EventQueueTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static GuardEvent Event(int status = 400) => new() { Time = DateTimeOffset.UnixEpoch, Decision = Decision.Refuse, Verdict = new(Reason.RateLimited), Client = IPAddress.Loopback, Status = status };

    private sealed class Held : IEventTarget
    {
        private readonly ManualResetEventSlim open = new();
        public MemoryStream Written { get; } = new();
        public ManualResetEventSlim Waiting { get; } = new();

        public int Write(ReadOnlySpan<byte> batch, int events)
        {
            Waiting.Set();
            open.Wait();
            Written.Write(batch);
            return 0;
        }

        public void Open() => open.Set();

        public void Stop() => open.Set();

        public void Dispose()
        {
        }
    }

    [Fact]
    public void A_slow_reader_holds_up_nothing_and_what_is_lost_is_said()
    {
        var target = new Held();
        var queue = new EventQueue("held", new JsonLine(), target);
        queue.Record(Event());
        target.Waiting.Wait(TestContext.Current.CancellationToken); // Now it takes nothing more.
        const int recorded = 100_000;
        for (var i = 0; i < recorded; i++) queue.Record(Event());
        Assert.True(queue.Dropped > 0);
        var dropped = queue.Dropped;
        target.Open();
        for (var i = 0; i < 1000 && queue.Dropped == dropped; i++)
        {
            Thread.Sleep(5);
            queue.Record(Event());
            if (queue.Dropped == dropped) break; // There is room again.
            dropped = queue.Dropped;
        }
        queue.Dispose();
        var lines = System.Text.Encoding.UTF8.GetString(target.Written.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var said = lines.Sum(line => JsonDocument.Parse(line).RootElement.TryGetProperty("droppedBefore", out var before) ? before.GetInt64() : 0);
        Assert.Equal(dropped, said);
        Assert.InRange(lines.Length + said, recorded + 2, recorded + 1100);
    }

    [Fact]
    public void A_full_file_is_put_aside_and_every_line_is_whole()
    {
        var path = Path.Combine(folder.Path, "guard.jsonl");
        var target = new RotatingFile(new(path, 1000, 3));
        var line = System.Text.Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('x', 91)}\"}}\n"); // 100 bytes.
        for (var i = 0; i < 24; i++) Assert.Equal(0, target.Write(line, 1));
        byte[] batch = [.. Enumerable.Repeat(line, 15).SelectMany(one => one)];
        Assert.Equal(0, target.Write(batch, 15));
        target.Dispose();
        Assert.Equal(["guard.jsonl", "guard.jsonl.1", "guard.jsonl.2"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([900, 1000, 1000], Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(file => new FileInfo(file).Length));
        Assert.All(Directory.GetFiles(folder.Path).SelectMany(File.ReadLines), one => JsonDocument.Parse(one));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path) | UnixFileMode.GroupRead);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    [Fact]
    public void A_line_longer_than_the_file_is_written_all_the_same()
    {
        var path = Path.Combine(folder.Path, "guard.jsonl");
        using (var target = new RotatingFile(new(path, 10, 2)))
            Assert.Equal(0, target.Write("0123456789012345\n01\n"u8, 2));
        Assert.Equal("01\n", File.ReadAllText(path));
        Assert.Equal("0123456789012345\n", File.ReadAllText(path + ".1"));
    }

    [Fact]
    public async Task A_full_disk_loses_events_and_leaves_whole_lines()
    {
        var mount = Path.Combine(folder.Path, "small");
        Directory.CreateDirectory(mount);
        var mounted = await ShellAsync($"mount -t tmpfs -o size=16k none {mount}");
        Assert.SkipUnless(mounted == 0, "no file system can be mounted here");
        try
        {
            var path = Path.Combine(mount, "guard.jsonl");
            using var target = new RotatingFile(new(path, 1 << 20, 2));
            var line = System.Text.Encoding.UTF8.GetBytes(new string('x', 999) + "\n");
            var lost = 0;
            for (var i = 0; i < 30; i++) lost += target.Write(line, 1);
            Assert.InRange(lost, 14, 29);
            Assert.Equal((30 - lost) * 1000, new FileInfo(path).Length);
            File.Delete(path); // The open file still has its room: what counts is that nothing was torn.
            Assert.Equal(1, target.Write(line, 1));
        }
        finally
        {
            await ShellAsync($"umount -l {mount}");
        }
    }

    private static async Task<int> ShellAsync(string command)
    {
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shell.ExitCode;
    }

    [Fact]
    public async Task A_collector_gets_records_tries_again_and_counts_what_is_rejected()
    {
        using var collector = new Collector(503, 200, 400);
        var target = new OtlpCollector(collector.Endpoint);
        var queue = new EventQueue("otlp", new OtlpRecord(), target);
        queue.Record(Event(429));
        queue.Record(new Notice(DateTimeOffset.UnixEpoch.AddSeconds(1), "configuration-refused", 3, ["a", "b"]));
        await collector.RequestsAsync(2); // 503, then 200.
        queue.Record(Event(403));
        await collector.RequestsAsync(3); // 400: not tried again.
        queue.Dispose();
        Assert.Equal(1, queue.Dropped);

        Assert.Equal(collector.Bodies[0], collector.Bodies[1]);
        using var body = JsonDocument.Parse(collector.Bodies[1]);
        var logs = body.RootElement.GetProperty("resourceLogs")[0];
        Assert.Equal("plimsoll-guard", logs.GetProperty("resource").GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString());
        var records = logs.GetProperty("scopeLogs")[0].GetProperty("logRecords").EnumerateArray().ToList();
        Assert.Equal(["rate-limited", "configuration-refused"], records.Select(record => record.GetProperty("body").GetProperty("stringValue").GetString()));
        Assert.Equal(["0", "1000000000"], records.Select(record => record.GetProperty("timeUnixNano").GetString()));
        Assert.Equal([13, 13], records.Select(record => record.GetProperty("severityNumber").GetInt32()));
        var attributes = records[0].GetProperty("attributes").EnumerateArray().ToDictionary(one => one.GetProperty("key").GetString()!, one => one.GetProperty("value").EnumerateObject().Single().Value.ToString());
        Assert.Equal("429", attributes["http.response.status_code"]);
        Assert.Equal("127.0.0.1", attributes["client.address"]);
        Assert.Equal("refused", attributes["plimsoll.decision"]);
        Assert.Contains("site: load burst", attributes["plimsoll.exception"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_collector_that_is_not_there_costs_only_its_events()
    {
        var queue = new EventQueue("otlp", new OtlpRecord(), new OtlpCollector(new("http://127.0.0.1:1/v1/logs")));
        for (var i = 0; i < 100; i++) queue.Record(Event());
        queue.Dispose();
        Assert.Equal(100, queue.Dropped);
    }
}
