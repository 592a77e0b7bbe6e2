namespace Plimsoll.Guard.Tests.Http2;

/// <summary>The table of sequences, whole, cut everywhere, and cut off.</summary>
public sealed class SequenceTests
{
    public static TheoryData<string> Names => [.. Sequence.All.Select(sequence => sequence.Name)];

    private static Sequence Named(string name) => Sequence.All.Single(sequence => sequence.Name == name);

    [Theory, MemberData(nameof(Names))]
    public async Task Each_is_answered_with_its_code_and_recorded_with_its_reason(string name)
    {
        var sequence = Named(name);
        Assert.Equal(sequence.Expected, (await Decoding2.RunAsync([sequence.Bytes])).Told);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Every_split_gives_the_same_decisions(string name)
    {
        var bytes = Named(name).Bytes;
        var whole = await Decoding2.RunAsync([bytes]);
        foreach (var at in Cuts(bytes.Length))
        {
            var split = await Decoding2.RunAsync([bytes[..at], bytes[at..]]);
            Assert.Equal((whole.Verdict, whole.Codes), (split.Verdict, split.Codes));
            Assert.Equal(whole.Requests, split.Requests);
        }
        if (bytes.Length > 3000) return;
        var single = await Decoding2.RunAsync(bytes.Select(one => new[] { one }));
        Assert.Equal((whole.Verdict, whole.Codes), (single.Verdict, single.Codes));
        Assert.Equal(whole.Requests, single.Requests);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Every_prefix_ends_and_decides_no_more_than_the_whole(string name)
    {
        var bytes = Named(name).Bytes;
        var whole = await Decoding2.RunAsync([bytes]);
        foreach (var at in Cuts(bytes.Length))
        {
            var some = await Decoding2.RunAsync([bytes[..at]]);
            Assert.True(some.Requests.Count <= whole.Requests.Count, $"after {at} bytes: {string.Join(" / ", some.Requests)}");
            for (var i = 0; i < some.Requests.Count; i++)
                if (some.Requests[i] != whole.Requests[i]) Assert.EndsWith("body-truncated", some.Requests[i], StringComparison.Ordinal);
        }
    }

    /// <summary>All positions of short ones, and of long ones those near their ends and some between.</summary>
    private static IEnumerable<int> Cuts(int length) => Enumerable.Range(1, length - 1).Where(at => length < 500 || at < 120 || at > length - 60 || at % (length / 40) == 0);
}
