using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Tests.SecLang;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>The Core Rule Set's rules of injections with structural detection and without: fewer false alarms on ordinary text, and every proven attack refused that was refused.</summary>
public sealed class OverrulingTests(ITestOutputHelper output)
{
    private static readonly int ordinaryValues = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 60_000 : 6_000;

    [Fact]
    public void Fewer_false_alarms_and_no_fewer_attacks()
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        if ((OrdinaryText.Missing ?? SqlProof.Missing ?? MarkupProof.Missing) is { } missing) Assert.Skip(missing);
        var set = RuleFiles.Read([suite!.Rules]);
        // What other rules say of a value would hide what these do.
        set = set with { Rules = [.. set.Rules.Where(rule => rule.Id is < 902_000 or >= 941_000 and < 943_000 or >= 949_000 and < 950_000)] };
        var text = OrdinaryText.Values().Where(value => value.Kind == OrdinaryKind.Text).ToList();
        var ordinary = text.Where((_, i) => i % Math.Max(1, text.Count / ordinaryValues) == 0).Select(value => value.Bytes).ToList();
        var attacks = SqlProof.Proven.Select(one => one.Attack).Concat(MarkupProof.Proven.Select(one => one.Attack)).Select(attack => attack.Value).ToList();
        output.WriteLine(CorpusSeed.Name);
        output.WriteLine($"level   false alarms of {ordinary.Count}: crs, structural   refused of {attacks.Count}: crs, structural");
        for (var level = 1; level <= Paranoia.Most; level++)
        {
            var (crs, structural) = (ProgramBuilder.Build(set, level, Detection.Crs), ProgramBuilder.Build(set, level, Detection.Structural));
            var (before, after) = (Refused(crs, ordinary), Refused(structural, ordinary));
            var (attacksBefore, attacksAfter) = (Refused(crs, attacks), Refused(structural, attacks));
            output.WriteLine($"{level}  {before.Count(one => one)}  {after.Count(one => one)}  {attacksBefore.Count(one => one)}  {attacksAfter.Count(one => one)}");
            var passed = attacks.Where((_, i) => attacksBefore[i] && !attacksAfter[i]).Select(Encoding.Latin1.GetString).ToList();
            Assert.True(passed.Count == 0, $"{CorpusSeed.Name}: {string.Join('\n', passed)}");
            Assert.DoesNotContain(ordinary.Select((_, i) => after[i] && !before[i]), isNew => isNew);
            Assert.InRange(after.Count(one => one), 1, before.Count(one => one) * 4 / 5);
        }
    }

    private static List<bool> Refused(RuleProgram program, IReadOnlyList<byte[]> values) => [.. values.AsParallel().AsOrdered().Select(value => IsRefused(program, value))];

    /// <summary>The value as a parameter of a query, decoded.</summary>
    private static bool IsRefused(RuleProgram program, byte[] value)
    {
        var transaction = program.Transactions.Rent();
        try
        {
            transaction.Add(MemberSet.QueryParameters, new("q"u8.ToArray()), new(value));
            Evaluator.Run(transaction, 1, goesOn: true);
            Evaluator.Run(transaction, 2, goesOn: true);
            return !transaction.Against.Passes;
        }
        finally
        {
            transaction.Release();
        }
    }
}
