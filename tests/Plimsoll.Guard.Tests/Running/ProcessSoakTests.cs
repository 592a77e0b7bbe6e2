using System.Diagnostics;
using System.Net;
using System.Text;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>
/// The program itself under load, with rules and compressed answers, while its file is replaced by others, right and wrong, and upstreams
/// come and go: every request has an answer or an end, and neither memory nor descriptors grow.
/// </summary>
public sealed class ProcessSoakTests
{
    private static readonly TimeSpan duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 60 : 1800);
    private static readonly string program = AppContext.BaseDirectory.Replace("tests/Plimsoll.Guard.Tests", "src/Plimsoll.Cli", StringComparison.Ordinal) + "plimsoll";

    private const string page = "<html><body>a page of some length, said again and again: a page of some length</body></html>";

    private static RawServer Upstream()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(zipped, System.IO.Compression.CompressionLevel.Fastest)) gzip.Write(Encoding.ASCII.GetBytes(page));
        var bytes = zipped.ToArray();
        var compressed = $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {bytes.Length}\r\n\r\n{Encoding.Latin1.GetString(bytes)}";
        var count = 0;
        return new(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("POST", StringComparison.Ordinal)) await peer.ReadAsync(3);
                switch (Interlocked.Increment(ref count) % 12)
                {
                    case 0: return;
                    case 1:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\nhalf");
                        return;
                    case 2:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok");
                        break;
                    case < 6:
                        await peer.SendAsync(compressed);
                        break;
                    default:
                        await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\n\r\n{page}");
                        break;
                }
            }
        });
    }

    private static (long Resident, int Descriptors) Measure(Process guard) => (
        long.Parse(File.ReadLines($"/proc/{guard.Id}/statm").First().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize,
        Directory.GetFiles($"/proc/{guard.Id}/fd").Length);

    [Fact]
    public async Task Neither_memory_nor_descriptors_grow()
    {
        using var folder = new ConfigFolder();
        using var one = Upstream();
        using var two = Upstream();
        var port = Programs.FreePort();
        folder.Write("rules.conf", "SecRule RESPONSE_BODY \"@contains swordfish\" \"id:1,phase:4,deny\"\nSecRule ARGS \"@contains swordfish\" \"id:2,phase:2,deny\"\n");
        string Config(string upstreams, string more = "") => $"listeners: [{{address: \"127.0.0.1:{port}\"}}]\nsites: [{{name: soak, upstreams: [{upstreams}], health: {{pause: 20ms}}, rules: {{paths: [rules.conf]}}{more}}}]\nevents: {{record: all, stdout: false, file: {{path: events.jsonl, size: 1MiB, count: 2}}}}\n";
        string[] configs =
        [
            Config($"\"{one.Address}\", \"{two.Address}\""), Config($"\"{two.Address}\"", ", mode: detect"), Config($"\"{one.Address}\", \"127.0.0.1:1\"", ", answer-bodies: {bytes: 20}"),
            Config($"\"{one.Address}\"", ", load: [{per-second: 1000000}]"), "sites: nothing\n",
        ];
        var file = folder.Write("guard.yaml", configs[0]);
        using var guard = Process.Start(new ProcessStartInfo(program, ["guard", "http", "--config", file]) { UseShellExecute = false, RedirectStandardError = true })!;
        try
        {
            guard.ErrorDataReceived += (_, _) => { };
            guard.BeginErrorReadLine();
            var address = new IPEndPoint(IPAddress.Loopback, port);
            Assert.True(Programs.Eventually(() => Listens(address), 30), "it does not listen");
            var watch = Stopwatch.StartNew();
            long answers = 0, good = 0;
            var wrong = new List<string>();
            var clients = Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
            {
                while (watch.Elapsed < duration)
                {
                    using var client = new RawClient(address);
                    for (var i = 0; i < 20; i++)
                    {
                        await client.SendAsync((number + i) % 3 == 0 ? "POST /p HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b" : "GET /g?a=b HTTP/1.1\r\nHost: a\r\n\r\n");
                        var answer = await client.ReadAnswerAsync();
                        Interlocked.Increment(ref answers);
                        if (answer == "200") Interlocked.Increment(ref good);
                        else if (answer is not ("502" or "503" or "broken off"))
                            lock (wrong) wrong.Add(answer);
                        if (answer is "broken off") break;
                    }
                }
            })).ToList();
            (long Resident, int Descriptors) warm = default;
            for (var round = 0; watch.Elapsed < duration; round++)
            {
                await Task.Delay(300);
                await File.WriteAllTextAsync(file + ".new", configs[round % configs.Length]);
                File.Move(file + ".new", file, overwrite: true);
                if (warm == default && watch.Elapsed > duration / 4) warm = Measure(guard);
            }
            await Task.WhenAll(clients);
            await Task.Delay(500);
            var end = Measure(guard);

            Assert.False(guard.HasExited);
            Assert.Empty(wrong);
            Assert.True(good > answers / 2, $"{good} of {answers}");
            Assert.True(end.Resident < warm.Resident * 1.25 + (16 << 20), $"{warm.Resident >> 20} MiB became {end.Resident >> 20} after {answers} answers");
            Assert.True(end.Descriptors <= warm.Descriptors, $"{warm.Descriptors} descriptors became {end.Descriptors}");
            TestContext.Current.TestOutputHelper?.WriteLine($"{answers} answers, {good} good; {warm.Resident >> 20} MiB, at the end {end.Resident >> 20}; {warm.Descriptors} descriptors, at the end {end.Descriptors}");
        }
        finally
        {
            guard.Kill();
            await guard.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static bool Listens(IPEndPoint address)
    {
        try
        {
            using var client = new RawClient(address);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
