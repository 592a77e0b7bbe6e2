using System.Text;
using CsCheck;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

public sealed class ModifiedIndexTests
{
    private static (Dictionary<string, DateTimeOffset>? Index, string Reason) Read(string csv)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var index = ModifiedIndex.Read(stream, out var reason);
        return (index, reason);
    }

    [Fact]
    public void Lines_are_times_and_identifiers()
    {
        var (index, _) = Read("2026-01-31T12:00:00.123456Z,GHSA-aaaa-bbbb-cccc\r\n\n2020-01-01T00:00:00Z,MAL-2020-1");
        Assert.Equal([new("GHSA-aaaa-bbbb-cccc", new DateTimeOffset(2026, 1, 31, 12, 0, 0, 123, 456, TimeSpan.Zero)), new("MAL-2020-1", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero))], index);
        Assert.Empty(Read("").Index!);
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z,A\nyesterday,B\n", "line 2 is not TIME,ID")]
    [InlineData("2026-01-31T12:00:00Z\n", "line 1 is not TIME,ID")]
    [InlineData("2026-01-31T12:00:00Z,\n", "line 1 is not TIME,ID")]
    [InlineData("2026-01-31T12:00:00Z,../../etc/passwd\n", "line 1 is not TIME,ID")]
    [InlineData("2026-01-31T12:00:00Z,a%2fb\n", "line 1 is not TIME,ID")]
    [InlineData("<html>", "line 1 is not TIME,ID")]
    public void What_is_none_makes_the_file_useless(string csv, string reason)
    {
        var read = Read(csv);
        Assert.Null(read.Index);
        Assert.Equal(reason, read.Reason);
    }

    [Fact]
    public void A_line_without_end_is_not_read_to_it()
    {
        Assert.Equal("line 1 has more than 1,024 bytes", Read(new string('2', 70_000)).Reason);
        Assert.Equal("line 2 is not TIME,ID", Read($"2026-01-31T12:00:00Z,A\n2026-01-31T12:00:00Z,{new string('x', 2000)}\n").Reason);
    }

    /// <summary>Pieces in which a stream gives its bytes, and lines across them, change nothing.</summary>
    [Fact]
    public void Any_list_comes_back() =>
        Gen.Select(Gen.Int[0, 900_000_000], Gen.Int[1, 150]).Array[0, 3000].Sample(rows =>
        {
            var expected = rows.Select((row, index) => (Id: $"ID-{index}-{new string('x', row.Item2)}", Time: DateTimeOffset.FromUnixTimeSeconds(row.Item1))).ToList();
            var (index, reason) = Read(string.Concat(expected.Select(row => $"{row.Time:yyyy-MM-ddTHH:mm:ssZ},{row.Id}\n")));
            Assert.Equal("", reason);
            Assert.Equal(expected, index!.Select(row => (row.Key, row.Value)));
        }, iter: 60);
}
