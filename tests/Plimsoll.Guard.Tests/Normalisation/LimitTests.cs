using System.IO.Compression;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Each limit at its number, one over and far over: noted from one over on, and never more read than allowed.</summary>
public sealed class LimitTests
{
    private static readonly NormalisationLimits limits = NormalisationLimits.Default;

    private static void Check(Ambiguity kind, int limit, Func<int, Reading> read)
    {
        Assert.DoesNotContain(kind, read(limit - 1).Kinds);
        Assert.DoesNotContain(kind, read(limit).Kinds);
        Assert.Contains(kind, read(limit + 1).Kinds);
        Assert.Contains(kind, read(limit * 10).Kinds);
        Assert.True(AmbiguitySet.Unread.Contains(kind));
        Assert.True(AmbiguitySet.Refused.Contains(kind));
    }

    [Theory]
    [InlineData("text/plain", "", "")]
    [InlineData("application/x-www-form-urlencoded", "a=", "")]
    [InlineData("application/json", "\"", "\"")]
    [Trait("limit", nameof(NormalisationLimits.ArenaBytes))]
    public void Bytes(string type, string before, string after)
    {
        // The path takes one byte, the type stands in the arena with its name and `a=` leaves one.
        var used = 1 + "Content-Type".Length + type.Length + (before == "a=" ? -1 : 0);
        Check(Ambiguity.TooManyBytes, limits.ArenaBytes - used, size => Reading.Body(type, before + new string(' ', size - (before == "a=" ? 2 : 0)) + after));
    }

    [Fact]
    public void Bytes_of_multipart_and_xml()
    {
        const string head = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
        Assert.DoesNotContain(Ambiguity.TooManyBytes, Reading.Body("multipart/form-data; boundary=B", head + new string(' ', limits.ArenaBytes - 1000) + "\r\n--B--").Kinds);
        foreach (var size in (int[])[limits.ArenaBytes, limits.ArenaBytes * 10]) Assert.Contains(Ambiguity.TooManyBytes, Reading.Body("multipart/form-data; boundary=B", head + new string('x', size) + "\r\n--B--").Kinds);
        // The document and its text are both kept.
        Assert.DoesNotContain(Ambiguity.TooManyBytes, Reading.Body("text/xml", "<a>" + new string('.', limits.ArenaBytes / 2 - 1000) + "</a>").Kinds);
        foreach (var size in (int[])[limits.ArenaBytes / 2, limits.ArenaBytes, limits.ArenaBytes * 10]) Assert.Contains(Ambiguity.TooManyBytes, Reading.Body("text/xml", "<a>" + new string('x', size) + "</a>").Kinds);
    }

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Values))]
    public void Values() => // The path and Content-Type are two.
        Check(Ambiguity.TooManyValues, limits.Values - 2, count => Reading.Body("application/json", "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]"));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Parameters))]
    public void Parameters_of_a_query() => Check(Ambiguity.TooManyParameters, limits.Parameters, count => Reading.Target("/?" + string.Join('&', Enumerable.Repeat("a=1", count))));

    [Fact]
    public void Parameters_of_a_form() => Check(Ambiguity.TooManyParameters, limits.Parameters, count => Reading.Body("application/x-www-form-urlencoded", string.Join('&', Enumerable.Repeat("a", count))));

    [Fact]
    public void Cookies() => Check(Ambiguity.TooManyParameters, limits.Parameters, count => Reading.Cookie(string.Join(';', Enumerable.Repeat("a=1", count))));

    [Fact]
    public void Parts() => Check(Ambiguity.TooManyParameters, limits.Parameters, count => Reading.Body("multipart/form-data; boundary=B", string.Concat(Enumerable.Repeat("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", count)) + "--B--"));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Depth))]
    public void Depth_of_json() => Check(Ambiguity.TooDeep, limits.Depth, depth => Reading.Body("application/json", new string('[', depth) + new string(']', depth)));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Depth))]
    public void Depth_of_xml() => Check(Ambiguity.TooDeep, limits.Depth, depth => Reading.Body("text/xml", string.Concat(Enumerable.Repeat("<a>", depth)) + string.Concat(Enumerable.Repeat("</a>", depth))));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.PathBytes))]
    public void Names_of_json() => Check(Ambiguity.NameTooLong, limits.PathBytes - 1, length => Reading.Body("application/json", "{\"" + new string('a', length) + "\":1}"));

    [Fact]
    public void Escaped_names_of_json() => Check(Ambiguity.NameTooLong, limits.PathBytes - 3, length => Reading.Body("application/json", "{\"" + new string('a', length) + "/\":1}"));

    [Fact]
    public void Numbers_of_json() => Check(Ambiguity.NameTooLong, limits.PathBytes, length => Reading.Body("application/json", new string('1', length)));

    [Fact]
    public void Names_of_xml() => Check(Ambiguity.NameTooLong, limits.PathBytes - 1, length => Reading.Body("text/xml", "<" + new string('a', length) + "/>"));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.PartHeaderBytes))]
    public void Headers_of_a_part()
    {
        const string head = "--B\r\nContent-Disposition: form-data; name=a\r\nX: ";
        Check(Ambiguity.HeaderTooLong, limits.PartHeaderBytes - (head.Length - 5) - 4, length => Reading.Body("multipart/form-data; boundary=B", head + new string('x', length) + "\r\n\r\n1\r\n--B--"));
    }

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Attributes))]
    public void Attributes_of_xml() => Check(Ambiguity.HeaderTooLong, limits.Attributes, count => Reading.Body("text/xml", "<a " + string.Join(' ', Enumerable.Range(0, count).Select(i => $"a{i}='1'")) + "/>"));

    [Fact]
    public void Prefixes_of_xml() => Check(Ambiguity.HeaderTooLong, limits.Attributes, count =>
        Reading.Body("text/xml", string.Concat(Enumerable.Range(0, (count + 31) / 32).Select(level => "<a " + string.Join(' ', Enumerable.Range(level * 32, Math.Min(32, count - level * 32)).Select(i => $"xmlns:p{i}='u'")) + ">"))
            + string.Concat(Enumerable.Repeat("</a>", (count + 31) / 32))));

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.Codings))]
    public void Codings()
    {
        Check(Ambiguity.TooManyCodings, limits.Codings, count =>
        {
            var body = "x"u8.ToArray();
            for (var i = 0; i < count; i++) body = Gzip(body);
            return Reading.Body("text/plain", body, 0, string.Join(", ", Enumerable.Repeat("gzip", count)));
        });
    }

    [Fact]
    [Trait("limit", nameof(NormalisationLimits.DecodedBytes))]
    public void Decoded_bytes()
    {
        var small = limits with { DecodedBytes = 40_000 };
        Check(Ambiguity.DecodedTooLong, 40_000, size => Reading.Body("text/plain", Gzip(new byte[size]), 0, "gzip", small));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [Trait("limit", nameof(NormalisationLimits.Ratio))]
    public void Ratio(string coding)
    {
        Assert.DoesNotContain(Ambiguity.DecodedTooLong, Reading.Body("text/plain", Pack(64 << 10), 0, coding).Kinds);
        foreach (var size in (int[])[200_000, 2_000_000, 20_000_000])
        {
            var reading = Reading.Body("text/plain", Pack(size), 0, coding);
            Assert.Contains(Ambiguity.DecodedTooLong, reading.Kinds);
        }

        byte[] Pack(int size)
        {
            if (coding == "gzip") return Gzip(new byte[size]);
            using var memory = new MemoryStream();
            using (var brotli = new BrotliStream(memory, CompressionMode.Compress)) brotli.Write(new byte[size]);
            return memory.ToArray();
        }
    }

    private static byte[] Gzip(byte[] body)
    {
        using var memory = new MemoryStream();
        using (var stream = new GZipStream(memory, CompressionLevel.SmallestSize)) stream.Write(body);
        return memory.ToArray();
    }
}
