using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Injections of SQL are real ones, and what libinjection says of them.</summary>
public sealed class SqlCorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Attacks_are_proven_on_real_servers()
    {
        if (SqlProof.Missing is { } missing) Assert.Skip(missing);
        var proven = SqlProof.Proven;
        var kept = proven.Select(one => one.Attack).ToHashSet();
        foreach (var group in SqlProof.Candidates.GroupBy(attack => attack.Class).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{group.Key,-16}{group.Count(),7} candidates{group.Count(kept.Contains),7} proven");
            foreach (var attack in group.Where(attack => !kept.Contains(attack)).Take(3)) output.WriteLine($"    dropped: {attack.ToString().ReplaceLineEndings("\\n")}");
            Assert.True(group.Count(kept.Contains) >= group.Count() / 2, $"{group.Key}: most candidates are none");
        }
        foreach (var server in (string[])["sqlite", "postgresql", "mariadb"]) Assert.True(proven.Count(one => one.Servers.Contains(server, StringComparison.Ordinal)) > 500, $"{server} proves few");
        Assert.True(proven.Count > SqlProof.Candidates.Count * 3 / 4, $"{proven.Count} of {SqlProof.Candidates.Count} are proven");
    }

    /// <summary>The proof must not take what belongs in a place for an attack.</summary>
    [Fact]
    public void Harmless_values_prove_nothing()
    {
        if (SqlProof.Missing is { } missing) Assert.Skip(missing);
        var values = SqlAttacks.Contexts.SelectMany(context => (context.Leave switch
        {
            "" when context.Name == "order" => (string[])["mail", "absent", "3 DESC"],
            "" => ["42", "0012", "8.75", "-1", "oops", "1 OR", "'"],
            "`" => ["age", "no such column", "na`me"],
            _ => ["plain", "x y z", "SELECT", "50% off; buy -- now", "ünï", "a\\\\b", "D" + context.Leave[0] + context.Leave[0] + "Angelo", "it" + context.Leave[0] + "s"],
        }).Select(value => new Attack("harmless", context, Encoding.UTF8.GetBytes(value)))).ToList();
        Assert.Empty(values.Zip(SqlProof.Of(values)).Where(one => one.Second.Length > 0).Select(one => $"{one.First} on {one.Second}"));
    }

    [Fact]
    public void Seeds_are_stable() => Assert.Equal(SqlAttacks.Values(7, 300).Select(attack => attack.ToString()), SqlAttacks.Values(7, 900).Take(300).Select(attack => attack.ToString()));
}
