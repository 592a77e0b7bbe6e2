using System.Text;
using CsCheck;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Prefilter;

/// <summary>What a pattern is said to need is in every string that libpcre2 matches with it.</summary>
public sealed class PatternNeedsTests(ITestOutputHelper output)
{
    private static readonly bool isFull = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    private static readonly Gen<string> atoms = Some("a", "b", "A", "-", ".", "[ab]", "[^a]", "[a-cX]", "[^\\w]", "\\s", "\\d", "\\W", "\\.", "\\x41", "\\x{62}", "^", "$", "\\b", "(?=a)", "(?!b)", "(?<=a)", "[[:alpha:]]", "[]a]", "[\\]-]", "\\-", "(?i)", "(?i:Ab)", "(?-i:b)", "(a)", "(b|)", "\\1?", "{", "ab", "ba");
    private static readonly Gen<string> quantifiers = Some("", "", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?", "++", "?+");
    private static readonly Gen<string> patterns = Patterns(atoms, 0);

    private static readonly Gen<string> values = Some('a', 'b', 'A', 'B', 'c', 'X', '-', '.', ' ', '1', '\n', '\xe9', '{', ']').Array[0, 12].Select(letters => new string(letters));

    [Fact]
    public void Every_match_has_what_its_pattern_needs()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var (matches, selective) = (0, 0);
        patterns.Select(values.Array[20]).Sample((pattern, some) =>
        {
            if (PatternProbe.Compile(pattern, default, new()) is not { } probe) return;
            var needs = ValueNeeds.OfPattern(pattern);
            foreach (var value in some)
            {
                if (probe.Ask(Encoding.Latin1.GetBytes(value), Bytes.Empty, null) == Answer.Yes)
                {
                    Interlocked.Increment(ref matches);
                    Assert.True(Meets(needs, value), $"`{pattern}` matches `{value}`");
                }
                else if (!Meets(needs, value)) Interlocked.Increment(ref selective);
            }
        }, iter: isFull ? 1_000_000 : 10_000, print: one => one.Item1);
        output.WriteLine($"{matches} matches, {selective} times it could not");
        Assert.True(matches > 10_000 && selective > 10_000);
    }

    /// <summary>A tree describes what its pattern matches: strings made of the tree are matched, unless places or groups that give nothing back say otherwise.</summary>
    [Fact]
    public void Strings_made_of_the_tree_are_matched()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var unsure = new[] { "^", "$", "\\b", "(?=", "(?!", "(?<=", "(?>", "++", "?+", "\\1" };
        var matched = 0;
        patterns.Select(Gen.Int).Sample((pattern, seed) =>
        {
            if (unsure.Any(text => pattern.Contains(text, StringComparison.Ordinal)) || PatternProbe.Compile(pattern, default, new()) is not { } probe) return;
            var tree = PatternParser.Read(pattern);
            Assert.True(tree is not null, $"`{pattern}` was not understood");
            var text = new PatternStrings(new(seed)).Next(tree);
            // Beyond ASCII a tree has both cases, which .NET's engine takes for the same.
            if (text.Any(letter => letter > '\x7f')) return;
            Assert.True(probe.Ask(Encoding.Latin1.GetBytes(text), Bytes.Empty, null) == Answer.Yes, $"`{pattern}` does not match `{text}`");
            Interlocked.Increment(ref matched);
        }, iter: isFull ? 1_000_000 : 20_000, print: one => one.Item1);
        Assert.True(matched > 1_000);
    }

    [Fact]
    public void Any_pattern_is_read() => Gen.OneOf(Gen.Char['\0', '\xff'].Array[0, 30].Select(letters => new string(letters)), Some("(", ")", "[", "]", "[^", "\\", "{", "}", "{1,", "?", "*", "|", "(?", "(?:", "(?i", "-", "a", "[:", ":]", "\\x", "\\x{", "#", "<", "=").Array[0, 30].Select(string.Concat)).Sample(pattern =>
    {
        ValueNeeds.OfPattern(pattern);
    }, iter: isFull ? 2_000_000 : 50_000);

    [Theory]
    [InlineData("union.*select", "select", "union")]
    [InlineData("(?:foo|bar)baz", "barbaz;foobaz")]
    [InlineData("(?i)Foo[0-9]+bar", "foo", "bar")]
    [InlineData("a(?:b|c+)d|efg", "")]
    [InlineData("(?:ab|cd)+x", "ab;cd")]
    [InlineData("x?", "")]
    [InlineData("(?P=name)", "")]
    [InlineData("ab(?!cd)ef", "abef")]
    [InlineData("a{3}b", "aaab")]
    public void What_patterns_need(string pattern, params string[] expected)
    {
        var literals = ValueNeeds.OfPattern(pattern).Requirements.Where(one => one.Literals.Count > 0).Select(one => string.Join(';', one.Literals)).ToList();
        foreach (var one in expected.Where(one => one.Length > 0)) Assert.Contains(one, literals);
        if (expected is [""]) Assert.Empty(literals);
    }

    [Fact]
    public void A_long_literal_is_cut_to_its_rarest_stretch() => Assert.Equal(["<script<"], ValueNeeds.OfPattern("eeee<script<eeee").Requirements[0].Literals);

    /// <summary>More literals than states have numbers: less of each is looked for, and each is found.</summary>
    [Fact]
    public void Many_literals_are_found()
    {
        var random = new Random(11);
        var literals = Enumerable.Range(0, 20_000).Select(_ => new string([.. Enumerable.Range(0, 8).Select(_ => (char)('a' + random.Next(26)))])).ToList();
        var automaton = LiteralAutomaton.Build([.. literals.Select(literal => (IReadOnlyList<string>)[literal])]);
        var found = new ulong[(literals.Count + 63) / 64];
        for (var i = 0; i < literals.Count; i++)
        {
            Array.Clear(found);
            automaton.Find(Encoding.ASCII.GetBytes("x" + literals[i].ToUpperInvariant()), found);
            Assert.True((found[i >> 6] & (1UL << (i & 63))) != 0, literals[i]);
        }
    }

    /// <summary>Literals that begin and end with one another: exactly those that a value has are found, wherever in a long one.</summary>
    [Fact]
    public void What_is_found_is_there() => Some('a', 'b', 'c', '-').Array[2, 6].Select(letters => new string(letters)).Array[1, 2].Array[1, 40].Select(Some('a', 'B', 'c', '-', 'x').Array[0, 60].Select(letters => new string(letters)), Gen.Int[0, 300], Gen.Int[0, 300]).Sample((requirements, middle, before, after) =>
    {
        var value = new string('x', before) + middle + new string('x', after);
        var automaton = LiteralAutomaton.Build([.. requirements.Select(one => (IReadOnlyList<string>)one)]);
        var found = new ulong[1];
        automaton.Find(Encoding.ASCII.GetBytes(value), found);
        for (var i = 0; i < requirements.Length; i++)
            Assert.Equal(requirements[i].Any(literal => value.Contains(literal, StringComparison.OrdinalIgnoreCase)), (found[0] & (1UL << i)) != 0);
    }, iter: isFull ? 300_000 : 5_000);

    /// <summary>Nested repetitions do not multiply the work.</summary>
    [Fact]
    public void Nested_repetitions_end() => Assert.True(ValueNeeds.OfPattern(string.Concat(Enumerable.Repeat("(?:", 90)) + "ab" + string.Concat(Enumerable.Repeat("){4}", 90))).LeastLength > 1_000);

    private static Gen<T> Some<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    /// <summary>Of atoms, then of groups of what came of them.</summary>
    private static Gen<string> Patterns(Gen<string> one, int depth)
    {
        var piece = one.Select(quantifiers, (atom, quantifier) => IsQuantifiable(atom) ? atom + quantifier : atom);
        var sequence = piece.Array[1, 4].Select(string.Concat);
        var choice = Gen.Frequency((3, sequence), (1, sequence.Array[2, 3].Select(branches => string.Join('|', branches))));
        return depth == 3 ? choice : Patterns(Gen.Frequency((6, one), (2, choice.Select(text => $"(?:{text})")), (1, choice.Select(text => $"(?>{text})"))), depth + 1);
    }

    private static bool IsQuantifiable(string atom) => atom is not ("^" or "$" or "\\b" or "(?=a)" or "(?!b)" or "(?<=a)" or "(?i)" or "\\1?" or "{");

    private static bool Meets(ValueNeeds needs, string value) => value.Length >= needs.LeastLength && needs.Requirements.All(one => one.Literals.Count > 0
        ? one.Literals.Any(literal => value.Contains(literal, StringComparison.OrdinalIgnoreCase)) : value.Any(letter => one.Bytes.Contains(letter)));
}
