using System.Diagnostics;
using System.Text;
using CsCheck;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class SparseStreamTests
{
    [Fact]
    public void Reads_what_the_pieces_say_at_any_position() =>
        Gen.Select(Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9]).List[0, 8], Gen.Int[0, 20], Gen.Int[1, 40]).Sample((gaps, tail, chunk) =>
        {
            var map = new List<(long, long)>();
            var whole = new List<byte>();
            var stored = new List<byte>();
            foreach (var (gap, length) in gaps)
            {
                whole.AddRange(new byte[gap]);
                map.Add((whole.Count, length));
                for (var i = 0; i < length; i++) stored.Add((byte)(stored.Count + 1));
                whole.AddRange(stored[^length..]);
            }
            whole.AddRange(new byte[tail]);
            Assert.True(SparseStream.IsValid(map, whole.Count, stored.Count));
            using var stream = new SparseStream(new MemoryStream([.. stored]), map, 0, whole.Count);
            var text = Encoding.ASCII.GetBytes(string.Concat(map.Select(pair => $"{pair.Item1}\n{pair.Item2}\n").Prepend($"{map.Count}\n")));
            using var inContent = SparseStream.FromContent(new MemoryStream([.. text, .. new byte[(512 - (text.Length % 512)) % 512], .. stored]), whole.Count)!;
            var buffer = new byte[chunk];
            for (var at = 0; at <= whole.Count; at++)
                foreach (var each in new[] { stream, inContent })
                {
                    each.Position = at;
                    var read = each.ReadAtLeast(buffer, chunk, throwOnEndOfStream: false);
                    Assert.Equal(whole.Skip(at).Take(chunk), buffer.Take(read));
                }
        }, iter: 300);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1\n")]
    [InlineData("1\n0\n")]
    [InlineData("\n")]
    [InlineData("1\n0\n99\n")] // more than is stored
    [InlineData("-1\n")]
    [InlineData("2\n5\n1\n0\n1\n")]
    [InlineData("1\n0 \n1\n")]
    [InlineData("1048577\n")]
    [InlineData("99999999999999999999999\n")]
    [InlineData("1\n9999999999999999999\n1\n")]
    public void Map_in_front_of_content_that_is_none(string text) =>
        Assert.Null(SparseStream.FromContent(new MemoryStream([.. Encoding.ASCII.GetBytes(text.PadRight(512, '\0')), 1, 2]), 100));

    [Fact]
    public void A_million_pieces_read_in_linear_time()
    {
        var map = Enumerable.Range(0, SparseStream.MaxPairs).Select(i => (Offset: i * 2L, Length: 1L)).ToList();
        using var stream = new SparseStream(new MemoryStream(new byte[map.Count]), map, 0, map.Count * 2L);
        var watch = Stopwatch.StartNew();
        var buffer = new byte[64 * 1024];
        var total = 0L;
        for (int read; (read = stream.Read(buffer)) > 0;) total += read;
        Assert.Equal(map.Count * 2L, total);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed} for {map.Count:N0} pieces: a search for each read must not walk the map");
    }
}
