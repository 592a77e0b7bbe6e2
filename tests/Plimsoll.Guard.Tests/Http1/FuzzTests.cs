using System.Diagnostics;
using System.Text;
using CsCheck;
using Plimsoll.Guard.Tests.Desync;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>The codec against the slow truth, on requests that were damaged in ways that matter.</summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan budget = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5 : 300);

    private static readonly string[] fragments =
    [
        "\r\n", "\n", "\r", " ", "\t", "\0", ":", ",", ";", "0\r\n\r\n", "\r\n\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Host: guard.test\r\n",
        "Connection: close\r\n", "Connection: keep-alive\r\n", "Connection: x, y\r\n", "Expect: 100-continue\r\n", "GET /b HTTP/1.1\r\nHost: guard.test\r\n\r\n", "HTTP/1.0", "http://guard.test/", "*", "#",
        "%00", "\x7f", "\xff", "_", "chunked", "1\r\na\r\n", "ffffffffffffffff", "-", "+", "[::1]", "@", "X: y\r\n", "\v", "\f", "A", "0",
    ];

    private static readonly Gen<byte[]> damaged =
        from seed in Gen.Int[0, Techniques.All.Count - 1]
        from second in Gen.Int[0, Techniques.All.Count - 1]
        from edits in Gen.Select(Gen.Int[0, 4], Gen.Double.Unit, Gen.Int[0, fragments.Length - 1]).Array[0, 4]
        select Damage(Techniques.All[seed].Bytes, Techniques.All[second].Bytes, edits);

    private static byte[] Damage(byte[] bytes, byte[] other, (int Kind, double At, int Fragment)[] edits)
    {
        if (bytes.Length > 4000) bytes = bytes[..4000];
        foreach (var (kind, place, fragment) in edits)
        {
            var at = (int)(place * bytes.Length);
            var piece = Encoding.Latin1.GetBytes(fragments[fragment]);
            bytes = kind switch
            {
                0 => [.. bytes[..at], .. piece, .. bytes[at..]],
                1 when at < bytes.Length => [.. bytes[..at], .. bytes[(at + 1)..]],
                2 when at < bytes.Length => [.. bytes[..at], (byte)(bytes[at] ^ 1 << fragment % 8), .. bytes[(at + 1)..]],
                3 => [.. bytes, .. other.AsSpan(0, Math.Min(other.Length, 2000))],
                _ => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + fragment)..]],
            };
        }
        return bytes;
    }

    [Fact]
    public void Damaged_requests_are_read_as_the_slow_truth_reads_them()
    {
        var ends = Stopwatch.StartNew();
        long requests = 0, refused = 0;
        while (ends.Elapsed < budget)
        {
            damaged.Sample(bytes =>
            {
                if (bytes.Length == 0) return;
                var expected = SlowReading.Read(bytes);
                var found = Decoding.RunAsync([bytes[..(bytes.Length / 2)], bytes[(bytes.Length / 2)..]]).GetAwaiter().GetResult().Select(Short).ToList();
                Assert.True(expected.SequenceEqual(found, StringComparer.Ordinal), $"{Encoding.Latin1.GetString(bytes)}\n--- expected\n{string.Join('\n', expected)}\n--- found\n{string.Join('\n', found)}");
                Interlocked.Add(ref requests, found.Count);
                Interlocked.Add(ref refused, found.Count(one => one == "refused"));
            }, iter: 2_000, threads: 1);
        }
        Assert.InRange(refused, requests / 20, requests - requests / 20); // Both kinds were met, or the test says nothing.
    }

    /// <summary>Leaves the fields out, which the slow truth does not give.</summary>
    private static string Short(string found)
    {
        if (!found.EndsWith(']')) return "refused";
        var words = found.Split(' ', 4);
        return $"{words[0]} {words[1]} {words[2]} {words[3][(words[3].IndexOf(Decoding.BodyFollows, StringComparison.Ordinal) + 1)..]}";
    }
}
