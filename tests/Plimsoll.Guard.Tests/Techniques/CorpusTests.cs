namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>The techniques as data.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void Ids_are_unique() =>
        Assert.Empty(TechniqueFile.All.Concat(Http2File.All).GroupBy(technique => technique.Id).Where(group => group.Count() > 1).Select(group => group.Key));

    [Fact]
    public void The_page_lists_every_family_with_its_count()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "../../../../../docs/guard-techniques.md"));
        foreach (var family in TechniqueFile.All.Concat(Http2File.All).GroupBy(technique => technique.Family))
            Assert.Contains($"| `{family.Key}` | {family.Count()} |", page, StringComparison.Ordinal);
    }

    /// <summary>The slow reader takes what is valid and nothing else: a reader that took everything would find no fault with any guard.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, false)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.0\r\n\r\n", 2, false)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 1, false)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n", 0, true)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;a\r\nab\r\n0\r\n\r\n", 0, true)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 0, true)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 0, true)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 0, true)]
    [InlineData("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, true)]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 0, true)]
    [InlineData("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 0, true)]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 0, true)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 0, true)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 0, true)]
    public void The_strict_reader_is_strict(string bytes, int messages, bool isFaulty)
    {
        var reading = StrictReader.Requests(bytes);
        Assert.Equal((messages, isFaulty, false), (reading.Messages.Count, reading.Fault is not null, reading.IsCut));
    }
}
