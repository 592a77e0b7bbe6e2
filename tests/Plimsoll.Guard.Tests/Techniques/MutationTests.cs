using System.Diagnostics;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Clients;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>
/// Techniques and real requests, cut, joined and damaged at random, through the guard to real applications. Nobody says what
/// must become of them, only that what the guard told of, what it forwarded and what the application parsed are the same.
/// </summary>
public abstract class MutationTests<TUpstream>(Setting<TUpstream> setting, ITestOutputHelper output) : IClassFixture<Setting<TUpstream>> where TUpstream : Upstream, new()
{
    private static readonly TimeSpan most = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? TimeSpan.FromSeconds(8) : TimeSpan.FromMinutes(2);

    [Fact]
    public async Task What_the_guard_saw_is_what_the_application_saw()
    {
        if (setting.Missing is { } missing) Assert.Skip(missing);
        var first = Environment.GetEnvironmentVariable("PLIMSOLL_SEED") is { } seed ? int.Parse(seed) : 0;
        var trial = setting.Trial();
        var (forwarded, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        for (var number = first; watch.Elapsed < most || (Math.Min(forwarded, refused) <= 10 && number < first + 1_000); number++) // A busy machine gets through few.
        {
            var bytes = Mutation.Make(new(number));
            var technique = new Technique { Id = $"mutation {number}", Family = "", Source = "", Must = Must.Harmless, Requests = 1_000, IsAlone = true, Request = [new(bytes, 0)] };
            var outcome = await trial.RunAsync(technique);
            var faults = Judge.Faults(technique, outcome).ToList();
            forwarded += outcome.Requests.Count();
            refused += outcome.Told!.Count(told => told.Decision == Decision.Refuse);
            Assert.True(faults.Count == 0, $"mutation {number} (PLIMSOLL_SEED={number} begins with it):\n{StrictReader.Show(Encoding.Latin1.GetString(bytes))}\n{string.Join('\n', faults)}");
        }
        output.WriteLine($"{forwarded} requests forwarded, {refused} refused");
        Assert.True(forwarded > 10 && refused > 10, $"{forwarded} forwarded, {refused} refused: damaged too much, or not enough");
    }
}

public sealed class NginxMutationTests(Setting<Nginx> setting, ITestOutputHelper output) : MutationTests<Nginx>(setting, output);

public sealed class ApacheMutationTests(Setting<Apache> setting, ITestOutputHelper output) : MutationTests<Apache>(setting, output);

public sealed class KestrelMutationTests(Setting<Kestrel> setting, ITestOutputHelper output) : MutationTests<Kestrel>(setting, output);

public sealed class NodeMutationTests(Setting<Node> setting, ITestOutputHelper output) : MutationTests<Node>(setting, output);

/// <summary>Makes one damaged connection out of known ones.</summary>
internal static class Mutation
{
    private const int longest = 4_000;

    private static readonly byte[][] whole =
    [
        .. TechniqueFile.Requests.Where(technique => !technique.Waits).Select(technique => technique.Request.SelectMany(step => step.Bytes).ToArray()).Where(bytes => bytes.Length <= longest),
        .. Recording.All.Select(recording => recording.Http),
    ];

    private static readonly string[] pieces =
    [
        "\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", "\v", ":", ";", ",", "\"", "\\", "/", "..", "%2e", "%", "#", "?", "0", "1", "f", "-", "+", "\x7f", "\x80", "\xff", "chunked", "HTTP/1.1", "HTTP/1.0",
        "0\r\n\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: site.test\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\n", "GET /b HTTP/1.1\r\nHost: site.test\r\n\r\n",
    ];

    public static byte[] Make(Random random)
    {
        var text = Encoding.Latin1.GetString(Pick(random, whole));
        if (random.Next(3) == 0) text += Encoding.Latin1.GetString(Pick(random, whole));
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(text.Length);
            text = random.Next(7) switch
            {
                0 => text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)),
                1 => text[..at] + text[at..].Replace("\r\n", random.Next(2) == 0 ? "\n" : "\r", StringComparison.Ordinal),
                2 => Lines(text, lines => lines.Insert(random.Next(lines.Count), Pick(random, [.. lines]))),
                3 => Lines(text, lines => lines.RemoveAt(random.Next(lines.Count))),
                4 => text[..at] + (char)random.Next(256) + text[(at + 1)..],
                _ => text.Insert(at, Pick(random, pieces)),
            };
            if (text.Length == 0) text = "GET";
        }
        return Encoding.Latin1.GetBytes(text.Replace("/smuggled", "/other", StringComparison.Ordinal).Replace("/canary", "/other", StringComparison.Ordinal));
    }

    private static string Lines(string text, Action<List<string>> change)
    {
        var lines = text.Split("\r\n").ToList();
        change(lines);
        return string.Join("\r\n", lines);
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
