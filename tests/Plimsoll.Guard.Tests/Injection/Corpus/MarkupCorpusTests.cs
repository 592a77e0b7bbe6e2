using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Injections of markup are real ones.</summary>
public sealed class MarkupCorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Attacks_are_proven_in_Chromium()
    {
        if (MarkupProof.Missing is { } missing) Assert.Skip(missing);
        var kept = MarkupProof.Proven.Select(one => one.Attack).ToHashSet();
        foreach (var group in MarkupProof.Candidates.GroupBy(attack => attack.Class).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{group.Key,-20}{group.Count(),7} candidates{group.Count(kept.Contains),7} proven");
            foreach (var attack in group.Where(attack => !kept.Contains(attack)).Take(3)) output.WriteLine($"    dropped: {attack.ToString().ReplaceLineEndings("\\n")}");
        }
        foreach (var (how, count) in MarkupProof.Proven.CountBy(one => one.How.Split(' ')[^1]).OrderByDescending(one => one.Value).Take(12)) output.WriteLine($"{count,7} … {how}");
        Assert.All(MarkupProof.Candidates.GroupBy(attack => attack.Class), group => Assert.True(group.Count(kept.Contains) >= group.Count() / 3, $"{group.Key}: most candidates are none"));
        Assert.True(kept.Count > MarkupProof.Candidates.Count * 2 / 3, $"{kept.Count} of {MarkupProof.Candidates.Count} are proven");
    }

    /// <summary>The proof must not take what belongs in a place for an attack.</summary>
    [Fact]
    public void Harmless_values_prove_nothing()
    {
        if (MarkupProof.Missing is { } missing) Assert.Skip(missing);
        var values = MarkupAttacks.Contexts.SelectMany(context => context.Harmless.Concat(context.Leave is "" && !context.Name.StartsWith("address", StringComparison.Ordinal) ? (string[])["<b>bold</b>", "alert(1)", "onclick=alert(1)", "&lt;script>alert(1)&lt;/script>", "<p title='onload=alert(1)'>", "<a href=/x?javascript:alert(1)>x</a>"] : []).Select(value => new Attack("harmless", context, Encoding.UTF8.GetBytes(value)))).ToList();
        Assert.Empty(values.Zip(MarkupProof.Of(values)).Where(one => one.Second.Length > 0).Select(one => $"{one.First}: {one.Second}"));
    }

    [Fact]
    public void Seeds_are_stable() => Assert.Equal(MarkupAttacks.Values(7, 300).Select(attack => attack.ToString()), MarkupAttacks.Values(7, 900).Take(300).Select(attack => attack.ToString()));
}
