using System.IO.Compression;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>A body means the same wherever the network cuts it: one piece, single bytes, and one cut at each place.</summary>
public sealed class SplitTests
{
    private static readonly int rounds = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 1_500 : 15_000;

    public static TheoryData<string, string> Kinds => new()
    {
        { "application/x-www-form-urlencoded", "" }, { "multipart/form-data; boundary=B", "" }, { "application/json", "" }, { "application/xml", "" }, { "text/plain", "" },
        { "application/json", "gzip" }, { "application/json", "deflate" }, { "application/json", "br" }, { "application/json", "zstd" }, { "application/json", "gzip, deflate" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Every_split_gives_the_same(string type, string coding)
    {
        var random = new Random(type.Length + coding.Length);
        // Damaged compressed bodies as well: every second has a byte changed.
        for (var i = 0; i < rounds; i++)
        {
            var body = Encoded(Reading.Bytes(Input(type, random)), coding);
            if (coding.Length > 0 && i % 2 == 1) body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
            Same(type, coding, body, every: i < rounds / 4, NormalisationLimits.Default);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_split_gives_the_same_at_the_limits(string type, string coding)
    {
        var random = new Random(type.Length * 3 + coding.Length);
        for (var i = 0; i < rounds / 3; i++)
        {
            var limits = new NormalisationLimits { ArenaBytes = 40 + random.Next(200), Values = 1 + random.Next(9), Parameters = 1 + random.Next(3), Depth = 1 + random.Next(3), PathBytes = 2 + random.Next(12), PartHeaderBytes = 30 + random.Next(60), Attributes = 1 + random.Next(2), DecodedBytes = 1 + random.Next(60) };
            Same(type, coding, Encoded(Reading.Bytes(Input(type, random)), coding), every: true, limits);
        }
    }

    private static string Input(string type, Random random) => type switch
    {
        "application/json" => Inputs.Json(random),
        "application/xml" => Inputs.Xml(random),
        "text/plain" => Inputs.Query(random),
        "application/x-www-form-urlencoded" => Inputs.Query(random),
        _ => Inputs.Multipart(random),
    };

    private static void Same(string type, string coding, byte[] body, bool every, NormalisationLimits limits)
    {
        var custom = ReferenceEquals(limits, NormalisationLimits.Default) ? null : limits;
        var name = coding.Length == 0 ? null : coding;
        var whole = Reading.Body(type, body, 0, name, custom).Text;
        foreach (var piece in (int[])[1, 2, 3, 7, .. every && body.Length > 1 ? Enumerable.Range(1, Math.Min(body.Length - 1, 400)).Select(cut => -cut) : []])
        {
            var split = Reading.Body(type, body, piece, name, custom).Text;
            if (split != whole) Assert.Fail($"in pieces of {piece}: {System.Text.Encoding.Latin1.GetString(body)}\n{Convert.ToHexString(body)} {limits}\nwhole:\n{whole}\nsplit:\n{split}");
        }
    }

    private static byte[] Encoded(byte[] body, string coding)
    {
        foreach (var name in coding.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            using var memory = new MemoryStream();
            using (Stream stream = name == "gzip" ? new GZipStream(memory, CompressionMode.Compress) : name == "br" ? new BrotliStream(memory, CompressionMode.Compress) : name == "zstd" ? new ZstdSharp.CompressionStream(memory) : new ZLibStream(memory, CompressionMode.Compress)) stream.Write(body);
            body = memory.ToArray();
        }
        return body;
    }
}
