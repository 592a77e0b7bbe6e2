using System.Text;
using CsCheck;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Runs every file of tests/golden/feeds, as it is and damaged; PLIMSOLL_GOLDEN=write rewrites the expected halves for review.</summary>
public sealed class FeedGoldenTests
{
    /// <summary>Nothing that JSON or a line of scores may hold.</summary>
    private static readonly byte[] illegal = [0x01, 0xFF, 0x00, (byte)' ', 0xFE];

    public static TheoryData<string> Cases() => [.. FeedCase.All().Select(found => $"{found.Feed}/{found.Name}")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Says_what_the_golden_file_says(string name)
    {
        var golden = FeedCase.Named(name);
        var actual = golden.Actual();
        if (Environment.GetEnvironmentVariable("PLIMSOLL_GOLDEN") == "write") golden.Rewrite(actual);
        Assert.Equal(golden.Expected, actual);
        Assert.NotEmpty(actual);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reads_the_same_from_a_stream_of_single_bytes(string name)
    {
        var golden = FeedCase.Named(name);
        var whole = FeedCase.Read(golden.Feed, new MemoryStream(golden.Input));
        var single = FeedCase.Read(golden.Feed, new SlowStream(golden.Input));
        Assert.Equal(whole.Entries, single.Entries);
        Assert.Equal(whole.Problems, single.Problems);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_line_of_illegal_bytes_is_a_problem(string name)
    {
        var golden = FeedCase.Named(name);
        var lines = golden.Input.AsSpan().ToArray().ToList();
        var starts = Enumerable.Range(0, lines.Count).Where(i => i == 0 || lines[i - 1] == '\n').ToList();
        foreach (var start in starts)
        {
            var end = lines.IndexOf((byte)'\n', start);
            Check(golden, [.. golden.Input[..start], .. illegal, .. golden.Input[end..]], $"line at {start}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_cut_anywhere_is_a_problem(string name)
    {
        var golden = FeedCase.Named(name);
        var input = golden.Input;
        // From the last bracket on nothing but the end of the line is missing; a file of lines may end at the end of any.
        var isLines = golden.Feed is "epss" or "lifecycle-sources";
        var step = Math.Max(1, input.Length / 600);
        for (var at = 0; at < Encoding.UTF8.GetString(input).TrimEnd().Length; at += step)
            if (!isLines || (at > 0 && input[at - 1] != '\n' && input[at] != '\n')) Check(golden, input[..at], $"cut after {at} bytes");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_damage_neither_crashes_nor_hangs(string name)
    {
        var golden = FeedCase.Named(name);
        var input = golden.Input;
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, input.Length - 1], Gen.Byte, Gen.Int[1, 40]).Array[1, 4].Sample(changes =>
        {
            var damaged = input;
            foreach (var (kind, where, value, length) in changes)
            {
                var at = Math.Min(where, damaged.Length);
                var end = Math.Min(damaged.Length, at + length);
                damaged = kind switch
                {
                    0 when at < damaged.Length => [.. damaged[..at], value, .. damaged[(at + 1)..]],
                    1 => [.. damaged[..at], .. damaged[end..]],
                    2 => [.. damaged[..at], value, .. damaged[at..]],
                    _ => [.. damaged[..end], .. damaged[at..]],
                };
            }
            var (_, problems) = FeedCase.Read(golden.Feed, new MemoryStream(damaged));
            Assert.True(problems.Count <= ProblemLog.Most + 1);
        }, iter: 300);
    }

    /// <summary>No more entries, and a problem: of what was broken from the start, one that may be the same.</summary>
    private static void Check(FeedCase golden, byte[] damaged, string what)
    {
        var whole = FeedCase.Read(golden.Feed, new MemoryStream(golden.Input));
        var after = FeedCase.Read(golden.Feed, new MemoryStream(damaged));
        Assert.True(whole.Problems.Count > 0 ? after.Problems.Count > 0 : after.Problems.Except(whole.Problems).Any(), $"{golden.Feed}/{golden.Name}, {what}: no problem");
        Assert.True(after.Entries.Count <= whole.Entries.Count, $"{golden.Feed}/{golden.Name}, {what}: more entries than before");
    }

    /// <summary>Gives one byte at a time.</summary>
    private sealed class SlowStream(byte[] content) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }
}
