using System.Diagnostics;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Whatever comes: no exception, no hang, no more memory than the limits allow.</summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan time = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 3 : 120);
    private static readonly string[] types = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=B", "application/json", "application/xml", "text/plain", "", "image/png", "multipart/form-data; boundary=\"--\""];
    private static readonly string[] codings = ["gzip", "deflate", "br", "zstd", "gzip, br", "x", "zstd, deflate", "identity", ",", "gzip,gzip,gzip"];

    [Fact]
    public void Any_bytes_are_read()
    {
        var random = new Random(11);
        var limits = new NormalisationLimits { ArenaBytes = 64 << 10, DecodedBytes = 256 << 10 };
        using var normaliser = new RequestNormaliser(limits);
        var watch = Stopwatch.StartNew();
        for (var i = 0; watch.Elapsed < time; i++) Read(normaliser, random, limits);
    }

    /// <summary>What would take a naive reader minutes ends.</summary>
    [Fact]
    public void Any_word_repeated_to_the_limit_is_read()
    {
        using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
        foreach (var (type, words) in Inputs.Words)
            foreach (var word in words)
                foreach (var before in (string[])["", "{\"a\":\"", "<a>", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n"])
                {
                    var body = Reading.Bytes(before + string.Concat(Enumerable.Repeat(word, (1 << 20) / word.Length)));
                    normaliser.Begin();
                    normaliser.Header("Content-Type"u8, Reading.Bytes(type));
                    normaliser.Body(body);
                    normaliser.Finish();
                    Assert.True(normaliser.Values.Length <= NormalisationLimits.Default.Values);
                }
    }

    private static void Read(RequestNormaliser normaliser, Random random, NormalisationLimits limits)
    {
        normaliser.Begin();
        normaliser.Target(Bytes(random, Inputs.Path(random) + "?" + Inputs.Query(random)));
        normaliser.Header("Cookie"u8, Bytes(random, Inputs.Cookie(random)));
        normaliser.Header("Content-Type"u8, Bytes(random, types[random.Next(types.Length)], 20));
        if (random.Next(3) == 0) normaliser.Header("Content-Encoding"u8, Bytes(random, codings[random.Next(codings.Length)], 20));
        var body = Bytes(random, random.Next(4) switch { 0 => Inputs.Query(random), 1 => Inputs.Multipart(random), 2 => Inputs.Json(random), _ => Inputs.Xml(random) });
        if (random.Next(50) == 0) body = Enumerable.Repeat(body, 5_000).SelectMany(part => part).ToArray();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(body.Length - at, 1 + random.Next(random.Next(2) == 0 ? 10 : 100_000));
            normaliser.Body(body.AsSpan(at, size));
            at += size;
        }
        normaliser.Finish();
        Assert.True(normaliser.Values.Length <= limits.Values);
        foreach (var value in normaliser.Values)
        {
            Assert.InRange(value.Name.End, 0, limits.ArenaBytes);
            Assert.InRange(value.Content.End, 0, limits.ArenaBytes);
            normaliser.Bytes(value.Name);
            normaliser.Bytes(value.Content);
        }
    }

    /// <summary>The text with a few bytes changed.</summary>
    private static byte[] Bytes(Random random, string text, int rarely = 2)
    {
        var bytes = Reading.Bytes(text);
        if (random.Next(rarely) == 0) for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
