using Plimsoll.Guard.Tests.Desync;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>Where the network cuts the bytes of a client changes nothing.</summary>
public sealed class SplitTests
{
    public static TheoryData<string> Names => [.. Techniques.All.Select(technique => technique.Name)];

    private static Technique Named(string name) => Techniques.All.Single(technique => technique.Name == name);

    /// <summary>Positions to cut at: all of short ones, and of long ones those near their ends and every 97th.</summary>
    private static IEnumerable<int> Cuts(int length) => Enumerable.Range(1, length - 1).Where(at => length < 600 || at < 150 || at > length - 100 || at % 97 == 0);

    [Theory, MemberData(nameof(Names))]
    public async Task Every_split_gives_the_same_requests(string name)
    {
        var bytes = Named(name).Bytes;
        var whole = await Decoding.RunAsync([bytes]);
        Assert.NotEmpty(whole);
        foreach (var at in Cuts(bytes.Length)) Assert.Equal(whole, await Decoding.RunAsync([bytes[..at], bytes[at..]]));
        Assert.Equal(whole, await Decoding.RunAsync(bytes.Select(one => new[] { one })));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Every_prefix_gives_the_first_of_the_same_requests_and_then_at_most_one_that_is_cut_off(string name)
    {
        var bytes = Named(name).Bytes;
        var whole = await Decoding.RunAsync([bytes]);
        foreach (var at in Cuts(bytes.Length))
        {
            var some = await Decoding.RunAsync([bytes[..at]]);
            var same = some.TakeWhile((request, i) => i < whole.Count && request == whole[i]).Count();
            Assert.True(some.Count - same <= 1, $"after {at} bytes: {string.Join(" / ", some)}");
            if (some.Count > same) Assert.Matches("client-gone$|body-truncated$", some[same]);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_technique_is_refused_for_its_reason_or_read_as_so_many_requests(string name)
    {
        var technique = Named(name);
        var found = await Decoding.RunAsync([technique.Bytes]);
        if (technique.Expected.StartsWith("forwarded ", StringComparison.Ordinal)) Assert.Equal(technique.Expected, $"forwarded {found.Count(request => request.EndsWith(']'))}");
        else Assert.EndsWith(technique.Expected, found[^1], StringComparison.Ordinal);
    }
}
