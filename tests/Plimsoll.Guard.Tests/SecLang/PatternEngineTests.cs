using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>.NET's engine and libpcre2 give the same answer with the same groups, on the patterns and the requests of the Core Rule Set.</summary>
public sealed class PatternEngineTests(ITestOutputHelper output)
{
    private const string debian = "/usr/share/modsecurity-crs/owasp-crs.load";
    private static readonly int values = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 1_500 : 40_000;

    [Fact]
    public void Both_engines_answer_alike()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var rules = RuleFiles.Read([suite!.Rules]).Rules.Concat(File.Exists(debian) ? RuleFiles.Read([debian]).Rules : []);
        var patterns = rules.SelectMany(Chain).Where(rule => rule.Test?.Operator == "rx").Select(rule => rule.Test!.Argument).Distinct(StringComparer.Ordinal).ToList();
        var faults = new RuleFaults();
        var probes = patterns.ConvertAll(pattern => (Pattern: pattern, Native: Compile(pattern, false), Managed: Compile(pattern, true)));
        Assert.Empty(faults.Sentences);
        var pieces = suite.Tests().SelectMany(test => test.Stages).SelectMany(stage => Pieces(stage.Request)).Distinct(StringComparer.Ordinal).ToList();
        var random = new Random(5);
        var (matches, unknown) = (0, 0);
        for (var i = 0; i < values; i++)
        {
            var text = Mutated(pieces, random);
            var bytes = Encoding.Latin1.GetBytes(text);
            foreach (var (pattern, native, managed) in probes)
            {
                var (left, right) = (new Captures(), new Captures());
                var (one, other) = (native.Ask(bytes, Bytes.Empty, left), managed.Ask(bytes, Bytes.Empty, right));
                if (one == Answer.Unknown || other == Answer.Unknown) unknown++;
                else Assert.True(one == other && (one == Answer.No || Told(left) == Told(right)), $"{pattern}\n{text}\nlibpcre2 {one} {Told(left)}, .NET {other} {Told(right)}");
                if (one == Answer.Yes) matches++;
            }
        }
        output.WriteLine($"{patterns.Count} patterns, {values} values, {matches} matches, {unknown} given up");
        Assert.InRange(matches, values, int.MaxValue);
        Assert.InRange(unknown, 0, values / 100);

        PatternProbe Compile(string pattern, bool isManaged) => PatternProbe.Compile(pattern, default, faults, isManaged)!;
    }

    [Theory]
    [InlineData("a.b", "a\nb", true)]
    [InlineData("^ab$", "ab\n", false)]
    [InlineData("^ab$", "x\nab", false)]
    [InlineData("[$]$", "$", true)]
    [InlineData("", "", true)]
    [InlineData("^$", "", true)]
    [InlineData("\\xe9", "\xe9", true)]
    [InlineData("^\\v[\\v]$", "\x85\n", true)]
    [InlineData("^\\V\\H\\N$", "abc", true)]
    [InlineData("^\\V", "\f", false)]
    [InlineData("^\\R.$", "\r\n", false)]
    [InlineData("^\\N", "\n", false)]
    public void Meaning_of_signs(string pattern, string value, bool matches)
    {
        foreach (var isManaged in (bool[])[true, false])
            Assert.Equal(matches ? Answer.Yes : Answer.No, PatternProbe.Compile(pattern, default, new(), isManaged)!.Ask(Encoding.Latin1.GetBytes(value), Bytes.Empty, null));
    }

    [Fact]
    public void What_never_ends_is_given_up()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        Assert.Equal(Answer.Unknown, PatternProbe.Compile("^(?:a+)+$", default, new())!.Ask(Encoding.Latin1.GetBytes(new string('a', 64) + "!"), Bytes.Empty, null));
    }

    private static IEnumerable<Rule> Chain(Rule rule)
    {
        for (var part = rule; part is not null; part = part.Next) yield return part;
    }

    /// <summary>Lines of a request, and what stands between its separators, as it is and decoded.</summary>
    private static IEnumerable<string> Pieces(byte[] request)
    {
        foreach (var line in Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 4_000))).Split("\r\n"))
        {
            yield return line;
            foreach (var piece in line.Split('&', '=', '?', ' ', ';')) yield return Decoded(piece);
        }
    }

    private static string Decoded(string text) => Encoding.Latin1.GetString(System.Net.WebUtility.UrlDecodeToBytes(Encoding.Latin1.GetBytes(text), 0, text.Length));

    private static string Mutated(List<string> pieces, Random random)
    {
        var text = pieces[random.Next(pieces.Count)];
        for (var edits = random.Next(3); edits > 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            var other = pieces[random.Next(pieces.Count)];
            text = random.Next(4) switch
            {
                0 => text.Insert(at, ((char)random.Next(256)).ToString()),
                1 => text[..at],
                2 => string.Concat(text.AsSpan(0, at), other.AsSpan(random.Next(other.Length + 1))),
                _ => text.Insert(at, " \n'\"()<>;-"[random.Next(10)].ToString()),
            };
        }
        return text.Length > 2_000 ? text[..2_000] : text;
    }

    private static string Told(Captures captures) => string.Join(' ', Enumerable.Range(0, captures.Count).Select(group => $"{captures[group].Start}+{captures[group].Length}"));
}
