using CsCheck;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>What holds for the order of every scheme.</summary>
public sealed class PropertyTests
{
    /// <summary>Versions as Maven's page describes them, among which its order has no circles: numbers, then one qualifier.</summary>
    private static readonly string[] MavenQualifiers = ["-alpha-#", "-beta#", ".rc#", "-SNAPSHOT", ".Final", "-ga", "-sp#", "-jre", ".x#"];

    public static TheoryData<string, string, string[]> Texts => new()
    {
        { "composer", "01abpdevR*.-_", ["-alpha#", "-beta.#", "RC#", "-patch#", "-dev", ".x-dev", ".#"] },
        { "cran", "019.-", [".#", "-#"] },
        { "gem", "01abA.-", [".a", ".b#", ".pre#", "-#", "-rc.#", ".0"] },
        { "hackage", "019.", [".#"] },
        { "nuget", "01abA.-+", ["-alpha", "-Alpha.#", "-#", ".#", "+abc"] },
        { "pep440", "01abrc.-_+!", ["a#", "b#", "rc#", ".post#", "-#", ".dev#", "+ab.#", "+#"] },
    };

    public static TheoryData<string> Ids => [.. Texts.Select(row => row.Data.Item1), "maven"];

    [Theory, MemberData(nameof(Texts))]
    public void The_order_is_one(string id, string alphabet, string[] pieces)
    {
        var maker = new VersionMaker(new Random(Oracle.Seed), alphabet, 25, pieces);
        AssertOrder(id, _ => maker.Make(), maker.Change);
    }

    [Fact]
    public void The_order_of_common_Maven_versions_is_one()
    {
        var random = new Random(Oracle.Seed);
        var maker = new VersionMaker(random, "0", 25, "");
        AssertOrder("maven", _ => Version(), _ => Version());

        string Version() => maker.Make() + (random.Next(2) == 0 ? "" : MavenQualifiers[random.Next(MavenQualifiers.Length)].Replace("#", random.Next(3).ToString(), StringComparison.Ordinal));
    }

    /// <summary>What the summary of the scheme says of Maven's order.</summary>
    [Fact]
    public void Mavens_own_circle_is_kept()
    {
        var maven = Oracle.Scheme("maven");
        Assert.Equal("<", Oracle.Answer(maven, "1-0.alpha", "1"));
        Assert.Equal("<", Oracle.Answer(maven, "1", "1-sp"));
        Assert.Equal("<", Oracle.Answer(maven, "1-sp", "1-0.alpha"));
    }

    [Theory, MemberData(nameof(Ids))]
    public void Any_text_is_answered_both_ways(string id)
    {
        var scheme = Oracle.Scheme(id);
        var text = Gen.OneOf(Gen.String, Gen.Char["0129.-_+~^:!vxX*abrc dev\t\u0130\u017f\u0661"].Array[0, 40].Select(chars => new string(chars)));
        Gen.Select(text, text).Sample((left, right) =>
        {
            var said = scheme.TryCompare(left, right, out var order);
            Assert.Equal(said, scheme.TryCompare(right, left, out var reverse));
            Assert.Equal(Math.Sign(order), -Math.Sign(reverse));
            Assert.Equal(said, scheme.TryCompare(left, left, out var same) && scheme.TryCompare(right, right, out _));
            Assert.Equal(0, same);
            if (scheme.IsStable(left)) Assert.True(scheme.TryCompare(left, left, out _), $"`{left}` is stable and no version");
        }, iter: 20_000);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Numbers_have_no_bound_and_texts_have_one(string id)
    {
        var scheme = Oracle.Scheme(id);
        var (longest, longer) = ("1." + new string('9', 1022), "1." + new string('9', 1023));
        Assert.Equal(">", Oracle.Answer(scheme, longest, "1.4"));
        Assert.Equal("=", Oracle.Answer(scheme, longest, longest));
        Assert.Equal("<", Oracle.Answer(scheme, "1.18446744073709551616", "1.18446744073709551617"));
        Assert.Equal("<", Oracle.Answer(scheme, "1.9999999999999999999999", "1.10000000000000000000000"));
        Assert.True(scheme.IsStable(longest));
        Assert.Equal("!", Oracle.Answer(scheme, longer, "1.4"));
        Assert.Equal("!", Oracle.Answer(scheme, "1.4", longer));
        Assert.False(scheme.IsStable(longer));
        Assert.Equal("!", Oracle.Answer(scheme, "", "1.4"));
        Assert.False(scheme.IsStable(""));
    }

    /// <summary>The longest texts that hold the most parts.</summary>
    [Theory, MemberData(nameof(Ids))]
    public void Texts_of_many_parts_are_answered(string id)
    {
        var scheme = Oracle.Scheme(id);
        foreach (var part in (string[])[".0", "-", ".", "a1", "-a", ".a", "1", ".1", "--", "x", ".x", ":00", "+"])
        {
            var text = "1" + string.Concat(Enumerable.Repeat(part, 1023 / part.Length));
            foreach (var (left, right) in ((string, string)[])[(text, text), (text, text + "1"), (text, text[..^1] + "b"), ("2024" + text[4..], text)])
            {
                Assert.Equal(scheme.TryCompare(left, right, out var order), scheme.TryCompare(right, left, out var reverse));
                Assert.Equal(Math.Sign(order), -Math.Sign(reverse));
            }
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void Comparing_allocates_nothing(string id)
    {
        var scheme = Oracle.Scheme(id);
        string[] texts = ["1.0", "1.0.1", "1.0.0-alpha.1", "1.0b2", "1.0.x-dev", "1!2.0.post1+ab.1", "1.0-SNAPSHOT", "3.0.0.Final", "9999999999999999999999", "no version", "2024-01-02"];
        Assert.True(Walk() > 0);
        // Code that the JIT has not optimised yet allocates; it comes to that in its own time.
        Assert.True(SpinWait.SpinUntil(() => Allocated() == 0, TimeSpan.FromSeconds(60)), $"{Allocated()} bytes");

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Walk();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        int Walk()
        {
            var count = 0;
            foreach (var left in texts)
            {
                foreach (var right in texts)
                    if (scheme.TryCompare(left, right, out _)) count++;
                if (scheme.IsStable(left)) count++;
            }
            return count;
        }
    }

    /// <summary>Reflexive, antisymmetric and transitive over groups of versions that are close to one another; what is no version is left out.</summary>
    private static void AssertOrder(string id, Func<int, string> make, Func<string, string> change)
    {
        var scheme = Oracle.Scheme(id);
        var checks = 0;
        for (var group = 0; group < 400; group++)
        {
            List<string> versions = [make(group)];
            while (versions.Count < 12) versions.Add(change(versions[0]));
            versions.RemoveAll(version => !scheme.TryCompare(version, version, out _));
            foreach (var a in versions)
                foreach (var b in versions)
                {
                    Assert.True(scheme.TryCompare(a, b, out var ab) && scheme.TryCompare(b, a, out var ba) && Math.Sign(ab) == -Math.Sign(ba), $"`{a}` `{b}`");
                    foreach (var c in versions)
                    {
                        Assert.True(scheme.TryCompare(b, c, out var bc) & scheme.TryCompare(a, c, out var ac));
                        if (ab > 0 || bc > 0) continue; // Another order of the three is met as well.
                        Assert.True(ab < 0 || bc < 0 ? ac < 0 : ac == 0, $"`{a}` `{b}` `{c}`: {ab} {bc} {ac}");
                        checks++;
                    }
                }
        }
        Assert.True(checks > 10_000, $"only {checks} triples of versions");
    }
}
