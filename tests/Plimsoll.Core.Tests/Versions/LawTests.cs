using CsCheck;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>What holds for every text and every scheme that <see cref="PropertyTests"/> does not have.</summary>
public sealed class LawTests
{
    public static TheoryData<string> Schemes => [.. VersionSchemes.All.Select(scheme => scheme.Id).Except(PropertyTests.Ids.Select(row => row.Data), StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Schemes))]
    public void Close_versions_have_one_order(string id)
    {
        var scheme = VersionSchemes.Named(id)!;
        var close = new ClosePairs(1, ComparisonFile.Read(id).Valid);
        var triples = 0;
        for (var i = 0; i < 4000; i++)
        {
            var family = close.Family(5);
            var valid = family.Where(text => Valid(scheme, text)).ToArray();
            foreach (var text in family)
                if (scheme.IsStable(text) && !valid.Contains(text)) Assert.Fail($"`{text}` is stable and no version");
            foreach (var a in family)
                foreach (var b in family)
                {
                    var both = scheme.TryCompare(a, b, out var order);
                    if (both != (valid.Contains(a) && valid.Contains(b))) Assert.Fail($"`{a}` and `{b}`: {both}, though alone they are {valid.Contains(a)} and {valid.Contains(b)}");
                    if (both && Math.Sign(Order(scheme, b, a)) != -Math.Sign(order)) Assert.Fail($"`{a}` {Sign(order)} `{b}` holds both ways");
                }
            // An absent release is equal to every one, by design of these two.
            if (id is "rpm" or "pacman" && valid.Any(text => text.Contains('-')) && valid.Any(text => !text.Contains('-'))) continue;
            foreach (var a in valid)
                foreach (var b in valid)
                    foreach (var c in valid)
                    {
                        var (ab, bc, ac) = (Order(scheme, a, b), Order(scheme, b, c), Order(scheme, a, c));
                        if (ab <= 0 && bc <= 0 && !(ab < 0 || bc < 0 ? ac < 0 : ac == 0)) Assert.Fail($"`{a}` {Sign(ab)} `{b}` {Sign(bc)} `{c}`, but `{a}` {Sign(ac)} `{c}`");
                        triples++;
                    }
        }
        Assert.True(triples > 10_000, $"only {triples} triples were versions");
    }

    [Theory, MemberData(nameof(Schemes))]
    public void Any_text_is_answered(string id)
    {
        var scheme = VersionSchemes.Named(id)!;
        Gen.Select(Gen.String, Gen.String).Sample((left, right) =>
        {
            scheme.IsStable(left);
            return scheme.TryCompare(left, right, out _) == (Valid(scheme, left) && Valid(scheme, right));
        });
    }

    [Theory, MemberData(nameof(Schemes))]
    public void What_is_longer_than_the_limit_is_no_version(string id)
    {
        var scheme = VersionSchemes.Named(id)!;
        var longest = "1." + new string('1', VersionSchemes.MaxLength - 2);
        Assert.Equal(-1, Math.Sign(Order(scheme, "1.2", longest)));
        Assert.Equal(0, Order(scheme, longest, longest));
        Assert.False(scheme.TryCompare(longest + "1", "1.2", out _));
        Assert.False(scheme.TryCompare("1.2", longest + "1", out _));
        Assert.False(scheme.IsStable(longest + "1"));
        Assert.False(scheme.TryCompare("", "", out _));
    }

    [Theory, MemberData(nameof(Schemes))]
    public void Comparing_allocates_nothing(string id)
    {
        var scheme = VersionSchemes.Named(id)!;
        var versions = ComparisonFile.Read(id).Valid.ToArray();
        // Code that the JIT has not optimised yet allocates; it comes to that in its own time.
        Assert.True(SpinWait.SpinUntil(() => Allocated() == 0, TimeSpan.FromSeconds(60)), $"{Allocated()} bytes");

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(All() > 0);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        int All()
        {
            var total = 0;
            foreach (var left in versions)
            {
                if (scheme.IsStable(left)) total++;
                foreach (var right in versions)
                    if (scheme.TryCompare(left, right, out var order)) total += Math.Abs(Math.Sign(order));
            }
            return total;
        }
    }

    private static bool Valid(IVersionScheme scheme, string text) => scheme.TryCompare(text, text, out _);

    private static int Order(IVersionScheme scheme, string left, string right)
    {
        if (!scheme.TryCompare(left, right, out var order)) Assert.Fail($"`{left}` and `{right}` cannot be compared");
        return order;
    }

    private static char Sign(int order) => order < 0 ? '<' : order > 0 ? '>' : '=';
}
