using System.Diagnostics;
using System.IO.Compression;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class ContentDecodingTests
{
    private static readonly byte[] text = Reading.Bytes(string.Concat(Enumerable.Range(0, 3_000).Select(i => $"line {i * 7919 % 1000} of some text\n")));

    private static byte[] Zlib(byte[] body, CompressionLevel level = CompressionLevel.Optimal) => Through(memory => new ZLibStream(memory, level, leaveOpen: true), body);

    private static byte[] Gzip(byte[] body, CompressionLevel level = CompressionLevel.Optimal) => Through(memory => new GZipStream(memory, level, leaveOpen: true), body);

    private static byte[] Through(Func<Stream, Stream> wrap, byte[] body)
    {
        using var memory = new MemoryStream();
        using (var stream = wrap(memory)) stream.Write(body);
        return memory.ToArray();
    }

    private static void Reads(byte[] expected, byte[] body, string coding, string kinds = "")
    {
        var reading = Reading.Body("text/plain", body, 0, coding);
        Reading.AssertKinds(kinds, reading.Kinds);
        Assert.Equal(expected, Reading.Bytes(Assert.Single(reading.Values).Content));
    }

    [Fact]
    public void Deflate_of_every_level_is_read()
    {
        foreach (var level in Enum.GetValues<CompressionLevel>())
            foreach (var size in (int[])[1, 2, 100, 32_768, 50_000, text.Length])
            {
                var part = text[..size];
                Reads(part, Gzip(part, level), "gzip");
                Reads(part, Zlib(part, level), "deflate");
                Reads(part, Zlib(part, level)[2..^4], "deflate", "RawDeflate");
            }
    }

    [Fact]
    public void What_others_compress_is_read()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            // Mixed entropy makes stored, fixed and dynamic blocks and long matches.
            var body = new byte[1 + random.Next(60_000)];
            var letters = 1 + random.Next(255);
            for (var at = 0; at < body.Length; at++) body[at] = at > 300 && random.Next(3) > 0 ? body[at - 1 - random.Next(300)] : (byte)(1 + random.Next(letters));
            var bytes = Gzip(body, (CompressionLevel)random.Next(4));
            var reading = Reading.Body("text/plain", bytes, 0, "gzip");
            Assert.Empty(reading.Kinds.Except([Ambiguity.InvalidUtf8, Ambiguity.OverlongUtf8]));
            Assert.Equal(body, Reading.Bytes(reading.Values[0].Content));
        }
    }

    [Theory]
    [InlineData("br", "brotli", "-c")]
    [InlineData("zstd", "zstd", "-c")]
    [InlineData("gzip", "gzip", "-9c")]
    [InlineData("gzip", "gzip", "-1c")]
    public void What_the_program_compresses_is_read(string coding, string program, string option)
    {
        if (!File.Exists("/usr/bin/" + program) && !File.Exists("/bin/" + program)) Assert.Skip($"{program} is not installed here.");
        var body = text[..60_000];
        Reads(body, Run(program, body, option), coding);
    }

    [Fact]
    public void Codings_may_be_stacked() => Reads(text, Gzip(Zlib(text)), "deflate, gzip", "StackedCoding");

    [Fact]
    public void What_is_odd_about_compressed_bodies_is_noted()
    {
        var gzip = Gzip("abc"u8.ToArray());
        Reads("abcabc"u8.ToArray(), [.. gzip, .. gzip], "gzip", "SeveralMembers");
        Reads("abc"u8.ToArray(), "abc"u8.ToArray(), "identity");
        ReadsNothing([.. gzip, 0], "gzip", "CodingTrailingBytes");
        ReadsNothing(gzip[..^1], "gzip", "TruncatedCoding");
        ReadsNothing([.. gzip[..^8], 0, 0, 0, 0, 3, 0, 0, 0], "gzip", "CorruptCoding");
        ReadsNothing([.. Zlib("abc"u8.ToArray())[..^1], 0], "deflate", "CorruptCoding");
        ReadsNothing("abc"u8.ToArray(), "gzip", "CorruptCoding");
        ReadsNothing("abc"u8.ToArray(), "compress", "UnknownCoding");
    }

    private static void ReadsNothing(byte[] body, string coding, string kinds)
    {
        var reading = Reading.Body("text/plain", body, 0, coding);
        Assert.Empty(reading.Values);
        Reading.AssertKinds(kinds, reading.Kinds);
    }

    [Fact]
    public void Headers_of_gzip_may_have_names_and_comments()
    {
        var gzip = Gzip("abc"u8.ToArray());
        Reads("abc"u8.ToArray(), [31, 139, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, (byte)'n', 0, (byte)'c', 0, 7, 7, .. gzip[10..]], "gzip");
        Reading.AssertKinds("TruncatedCoding", Reading.Body("text/plain", [31, 139, 8, 8, 0, 0, 0, 0, 0, 3, .. new byte[100].Select(_ => (byte)1)], 0, "gzip").Kinds);
        Reading.AssertKinds("CorruptCoding", Reading.Body("text/plain", [31, 139, 8, 8, 0, 0, 0, 0, 0, 3, .. new byte[9000].Select(_ => (byte)1)], 0, "gzip").Kinds);
    }

    [Fact]
    public void Damaged_deflate_is_noted_or_reads_as_zlib_does()
    {
        var random = new Random(5);
        for (var i = 0; i < 3_000; i++)
        {
            var body = Zlib(text[..(50 + random.Next(3_000))], (CompressionLevel)random.Next(4))[2..^4];
            body[random.Next(Math.Min(body.Length, 200))] ^= (byte)(1 << random.Next(8));
            var reading = Reading.Body("text/plain", body, 0, "deflate");
            byte[]? expected = null;
            try
            {
                using var stream = new DeflateStream(new MemoryStream(body), CompressionMode.Decompress);
                using var memory = new MemoryStream();
                stream.CopyTo(memory, 4096);
                expected = memory.ToArray();
            }
            catch (InvalidDataException) { }
            Assert.Equal(expected is null, reading.Kinds.Contains(Ambiguity.CorruptCoding));
            if (expected is { Length: > 0 } && !reading.Kinds.Intersect([Ambiguity.CodingTrailingBytes, Ambiguity.TruncatedCoding]).Any()) Assert.Equal(expected, Reading.Bytes(reading.Values[0].Content));
        }
    }

    private static byte[] Run(string program, byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var memory = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(memory);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        Assert.True(reading.Wait(Waiting.Patience), $"{program} does not end");
        process.WaitForExit();
        return memory.ToArray();
    }
}
