using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.Tests.SecLang.Prefilter;

/// <summary>No rule of the Core Rule Set that matches a value is passed over.</summary>
public sealed class SieveTests(ITestOutputHelper output)
{
    private static readonly bool isFull = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void Rules_that_match_are_chosen()
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        foreach (var set in SuiteValues.Sets(suite!))
        {
            var program = ProgramBuilder.Build(set, Paranoia.Most, Detection.Crs, remembers: false);
            var check = new Check(program);
            var mutated = new SuiteValues(suite!, seed: 7);
            for (var i = 0; i < (isFull ? 40_000 : 800); i++) check.Value(mutated.Next());
            var strings = new PatternStrings(new(8));
            foreach (var rule in check.Rules.Where(rule => rule.Source.Test is { Operator: "rx", IsNegated: false }))
            {
                if (PatternParser.Read(rule.Source.Test!.Argument) is not { } tree) continue;
                for (var i = 0; i < (isFull ? 400 : 8); i++) check.Value(strings.Next(tree));
            }
            output.WriteLine($"{check.Rules.Count} of {program.Rules.Sum(rules => rules.Length)} rules are chosen, {program.Sieve.States} states; {check.Values} values, {check.Matches} matches of {check.Matched.Count} rules; {check.Chosen} times chosen");
            // Most have been matched; and most values do not choose most rules.
            Assert.InRange(check.Matched.Count, check.Rules.Count * 2 / 3, check.Rules.Count);
            Assert.InRange(check.Chosen, check.Matches, (long)check.Values * check.Rules.Count / 4);
        }
    }

    /// <summary>CRS has few patterns whose rules are always asked.</summary>
    [Fact]
    public void Every_pattern_of_the_core_rule_set_is_understood()
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        Assert.DoesNotContain(SuiteValues.Patterns(suite!), pattern => PatternParser.Read(pattern) is null);
    }

    [Fact]
    public void What_has_nothing_that_a_transformation_changes_stays_as_it_is()
    {
        var random = new Random(9);
        foreach (var (name, transformation) in TransformationWords.All.Where(one => one.Key != "none"))
        {
            if (Untouched.Without(name) is not { } changes) continue;
            var others = (~changes).Bytes().ToArray();
            for (var i = 0; i < (isFull ? 200_000 : 2_000); i++)
            {
                var value = Enumerable.Range(0, random.Next(12)).Select(_ => others[random.Next(others.Length)]).ToArray();
                var room = new byte[transformation.MaxLength(value.Length)];
                var length = transformation.Apply(value, room);
                Assert.True(length < 0 || IsSameButForCase(room.AsSpan(0, length), value), $"{name} changes {Convert.ToHexString(value)}");
            }
        }
    }

    /// <summary>One word alone is no injection: the detectors are not asked of it.</summary>
    [Fact]
    public void A_word_is_no_injection()
    {
        var random = new Random(10);
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
        string[] words = ["select", "union", "or", "and", "null", "true", "1", "0x41", "1e5", "script", "javascript", "onerror", "x", "sleep", "exec", "shutdown", "drop", "case", "end", "not"];
        for (var i = 0; i < (isFull ? 2_000_000 : 50_000); i++)
        {
            var text = random.Next(2) == 0 ? string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => words[random.Next(words.Length)])) : new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => letters[random.Next(letters.Length)])]);
            var bytes = Encoding.ASCII.GetBytes(text);
            Assert.False(Plimsoll.Guard.Injection.SqlInjection.IsInjection(bytes) || Plimsoll.Guard.Injection.MarkupInjection.IsInjection(bytes), text);
        }
    }

    private static bool IsSameButForCase(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Encoding.Latin1.GetString(one).Equals(Encoding.Latin1.GetString(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>Asks every rule of a value, as each kind of value that it looks at, whether it is chosen or not.</summary>
    private sealed class Check(RuleProgram program)
    {
        private readonly Transaction transaction = program.Transactions.Rent();
        private readonly ulong[] chosen = new ulong[program.Sieve.Masks.Words];

        public List<CompiledRule> Rules { get; } = [.. program.Rules.SelectMany(rules => rules).Where(rule => rule.Bit >= 0).OrderBy(rule => rule.Bit)];
        public HashSet<int> Matched { get; } = [];
        public int Values { get; private set; }
        public long Matches { get; private set; }
        public long Chosen { get; private set; }

        public void Value(string text)
        {
            Values++;
            var value = new Bytes(Encoding.Latin1.GetBytes(text));
            var asked = new Dictionary<int, bool>();
            var mayMatch = new HashSet<int>();
            var forms = 0;
            foreach (var kinds in Rules.SelectMany(rule => Kinds(rule).Select(kind => (Kind: kind, Rule: rule))).GroupBy(pair => pair.Kind))
            {
                program.Sieve.Choose(transaction, value, ref forms, kinds.Key, chosen);
                foreach (var (_, rule) in kinds)
                {
                    var isChosen = (chosen[rule.Bit >> 6] & (1UL << (rule.Bit & 63))) != 0;
                    if (!asked.TryGetValue(rule.Bit, out var matches)) asked[rule.Bit] = matches = Matching(rule, value, ref forms);
                    Assert.True(isChosen || !matches, $"{rule.Id} matches `{text}` and is passed over");
                    if (isChosen) mayMatch.Add(rule.Bit);
                }
            }
            transaction.Release();
            Chosen += mayMatch.Count;
            foreach (var (bit, matches) in asked)
            {
                if (!matches) continue;
                Matched.Add(bit);
                Matches++;
            }
        }

        private bool Matching(CompiledRule rule, Bytes value, ref int forms)
        {
            foreach (var form in rule.Forms ?? [rule.Form])
                if (rule.Probe!.Ask(transaction.Form(value, ref forms, form).Span, Bytes.Empty, null) is not Answer.Unknown and var answer && answer == Answer.Yes != rule.IsNegated) return true;
            return false;
        }

        private static IEnumerable<int> Kinds(CompiledRule rule) => rule.Targets.SelectMany(target => RuleMasks.Kinds(target.Variable)).Distinct();
    }
}
