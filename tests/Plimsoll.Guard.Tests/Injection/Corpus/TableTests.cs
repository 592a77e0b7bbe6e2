using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>The measure of structural detection, beside libinjection: by class what is taken for an attack that is none, and what is let through that is one.</summary>
public sealed class TableTests(ITestOutputHelper output)
{
    [Fact]
    public void Ordinary_text_by_class()
    {
        Need();
        if (OrdinaryText.Missing is { } missing) Assert.Skip(missing);
        var values = OrdinaryText.Values();
        var judged = values.AsParallel().AsOrdered().Select(value => (value.Class, value.Kind, Sql: LibInjection.Sql(value.Bytes), Markup: LibInjection.Markup(value.Bytes), OurSql: SqlInjection.IsInjection(value.Bytes), OurMarkup: MarkupInjection.IsInjection(value.Bytes))).ToList();
        output.WriteLine(CorpusSeed.Name);
        output.WriteLine($"{"ordinary text",-24}{"values",8}{"alarms: SQL",14}{"ours",8}{"markup",10}{"ours",8}");
        foreach (var group in judged.GroupBy(one => (one.Class, one.Kind))) output.WriteLine($"{group.Key.Class,-24}{group.Count(),8}{group.Count(one => one.Sql),14}{group.Count(one => one.OurSql),8}{group.Count(one => one.Markup),10}{group.Count(one => one.OurMarkup),8}");
        var made = OrdinaryFamilies.All.Concat(OrdinaryForum.All).Select(family => family.Class).ToHashSet(StringComparer.Ordinal);
        foreach (var kind in judged.GroupBy(one => one.Kind switch { OrdinaryKind.Text when made.Contains(one.Class) => "all text made of lists", OrdinaryKind.Text => "all text of packages", OrdinaryKind.Statement => "all statements", _ => "all markup" })) output.WriteLine($"{kind.Key,-24}{kind.Count(),8}{kind.Count(one => one.Sql),14}{kind.Count(one => one.OurSql),8}{kind.Count(one => one.Markup),10}{kind.Count(one => one.OurMarkup),8}");
        Assert.All(judged.GroupBy(one => one.Class), group => Assert.InRange(group.Count(), 100, 20_000));
        Assert.True(judged.Count(one => one.Kind == OrdinaryKind.Text) >= 200_000, $"only {judged.Count(one => one.Kind == OrdinaryKind.Text)} values are ordinary text");
        Assert.All(values, value => Assert.InRange(value.Bytes.Length, 1, 2000));
        Assert.Equal(values.Count, values.Select(value => System.Text.Encoding.Latin1.GetString(value.Bytes)).ToHashSet(StringComparer.Ordinal).Count);
        // A measure at which nothing is found would measure nothing.
        Assert.Contains(judged, one => one.Kind == OrdinaryKind.Text && one.Sql);
        Assert.Contains(judged, one => one.Kind == OrdinaryKind.Text && one.Markup);
        var text = judged.Where(one => one.Kind == OrdinaryKind.Text).ToList();
        Assert.InRange(text.Count(one => one.OurSql), 0, text.Count(one => one.Sql) / 3);
        Assert.InRange(text.Count(one => one.OurMarkup), 0, text.Count(one => one.Markup) / 3);
    }

    [Fact]
    public void Attacks_of_SQL_by_class()
    {
        Need();
        if (SqlProof.Missing is { } missing) Assert.Skip(missing);
        Print("proven attack of SQL", [.. SqlProof.Proven.Select(one => one.Attack)], attack => LibInjection.Sql(attack.Value), attack => SqlInjection.IsInjection(attack.Value));
    }

    [Fact]
    public void Attacks_of_markup_by_class()
    {
        Need();
        if (MarkupProof.Missing is { } missing) Assert.Skip(missing);
        Print("proven attack of markup", [.. MarkupProof.Proven.Select(one => one.Attack)], attack => LibInjection.Markup(attack.Value), attack => MarkupInjection.IsInjection(attack.Value));
    }

    private static void Need()
    {
        Assert.SkipUnless(LibInjection.IsThere, "libmodsecurity3 is not installed");
    }

    private void Print(string title, IReadOnlyList<Attack> attacks, Func<Attack, bool> isFound, Func<Attack, bool> isFoundByUs)
    {
        var judged = attacks.Select(attack => (attack.Class, attack.Context, Found: isFound(attack), Ours: isFoundByUs(attack))).ToList();
        output.WriteLine(CorpusSeed.Name);
        output.WriteLine($"{title,-30}{"values",8}{"missed",8}{"ours",8}");
        foreach (var group in judged.GroupBy(one => one.Class).OrderBy(group => group.Key, StringComparer.Ordinal)) output.WriteLine($"{group.Key,-30}{group.Count(),8}{group.Count(one => !one.Found),8}{group.Count(one => !one.Ours),8}");
        foreach (var group in judged.GroupBy(one => one.Context.Name).OrderBy(group => group.Key, StringComparer.Ordinal)) output.WriteLine($"{$"in {group.Key}",-30}{group.Count(),8}{group.Count(one => !one.Found),8}{group.Count(one => !one.Ours),8}");
        output.WriteLine($"{"all",-30}{judged.Count,8}{judged.Count(one => !one.Found),8}{judged.Count(one => !one.Ours),8}");
        Assert.Contains(judged, one => one.Found);
        Assert.Contains(judged, one => !one.Found);
        var (ours, theirs) = (judged.Count(one => !one.Ours), judged.Count(one => !one.Found));
        Assert.True(ours <= theirs, $"{ours} missed, {theirs} by libinjection; {CorpusSeed.Name}");
    }
}
