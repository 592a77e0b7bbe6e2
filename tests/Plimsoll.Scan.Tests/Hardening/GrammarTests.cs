using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Analyses;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Tests.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class GrammarTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    /// <summary>The words that another reader finds in each file, as often as it finds them, are in ours.</summary>
    [Theory]
    [InlineData("nginx", 20)]
    [InlineData("redis", 18)]
    public void Means_what_another_reader_says(string grammar, int least)
    {
        var cases = 0;
        foreach (var line in XzLines(Suites.Need("suites/config/augeas-grammars.jsonl.xz")))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("grammar").GetString() != grammar || root.GetProperty("expect").GetString() != "tree") continue;
            cases++;
            var input = root.GetProperty("input").GetString()!;
            var parsed = grammar == "nginx" ? NginxGrammar.Parse(input, new Location("/x")) : RedisGrammar.Parse(input, new Location("/x"));
            Assert.Null(parsed.Error);
            var ours = Words(string.Join(' ', HardenedImage.All(parsed.Settings).Select(setting => setting.ToString()))).ToList();
            foreach (Match value in Regex.Matches(root.GetProperty("tree").GetString()!, "\"(#?[^\"]*)\"(?:\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\")?", RegexOptions.None, TimeSpan.FromSeconds(5)))
                if (value.Groups[1].Value != "#comment")
                    foreach (var word in Words(Regex.Unescape(value.Groups[2].Value))) Assert.True(ours.Remove(word), $"`{word}` of {root.GetProperty("tree").GetString()} is not in what is left: {string.Join(' ', ours)}");
        }
        Assert.True(cases >= least);

        static IEnumerable<string> Words(string text) => text.Split([' ', '"', '\'', '/', '=', ':', '(', ')', '\t', '\n', '\r', '\\', '^', '~', '*'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Every name and argument that another reader finds is in ours, in its order; the server itself wants each end of a section on a line of its own.</summary>
    [Fact]
    public void The_HTTP_servers_grammar_means_what_another_reader_says()
    {
        var (cases, refused) = (0, 0);
        foreach (var line in XzLines(Suites.Need("suites/config/augeas-grammars.jsonl.xz")))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var input = root.GetProperty("input").GetString()!;
            // Of its smaller parts only directives stand for themselves.
            if (root.GetProperty("grammar").GetString() != "httpd" || root.GetProperty("expect").GetString() != "tree" || root.GetProperty("lens").GetString() == "Httpd.dir_args") continue;
            var parsed = HttpdGrammar.Parse(input, new Location("/x"));
            if (parsed.Error is { } error)
            {
                Assert.EndsWith("is not closed", error.Message, StringComparison.Ordinal);
                Assert.Contains(input.Split('\n'), text => text.TrimStart().IndexOf("</", StringComparison.Ordinal) > 0 || text.Split("</").Length > 2);
                refused++;
                continue;
            }
            cases++;
            var ours = Bare(string.Concat(HardenedImage.All(parsed.Settings).Select(setting => setting.ToString())));
            var at = 0;
            foreach (Match found in Regex.Matches(root.GetProperty("tree").GetString()!, "\"(#?[^\"]*)\"(?:\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\")?", RegexOptions.Singleline, TimeSpan.FromSeconds(5)))
                if (found.Groups[1].Value != "#comment")
                    foreach (var text in (string[])[found.Groups[1].Value is "directive" or "arg" or "wordlist" ? "" : found.Groups[1].Value, found.Groups[2].Value])
                    {
                        var place = ours.IndexOf(Bare(text), at, StringComparison.OrdinalIgnoreCase);
                        Assert.True(place >= 0, $"`{Bare(text)}` is not behind {at} in {ours}");
                        at = place + Bare(text).Length;
                    }
        }
        Assert.True(cases >= 40 && refused <= 5, $"{cases} were read, {refused} refused");

        static string Bare(string text) => Regex.Replace(text.Replace("\\n", "", StringComparison.Ordinal), "[\\s\"'\\\\]", "", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        var text = Gen.String[Gen.Char["abe{};#\"'\\$ \n\t}(){}x<>/"], 0, 200];
        text.Sample(given =>
        {
            foreach (var parsed in (Parsed[])[NginxGrammar.Parse(given, new Location("/x")), RedisGrammar.Parse(given, new Location("/x")), HttpdGrammar.Parse(given, new Location("/x"))])
            {
                Assert.All(HardenedImage.All(parsed.Settings), setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, given.Count(c => c == '\n') + 1));
                if (parsed.Error is { } error) Assert.InRange(error.Line, 1, given.Count(c => c == '\n') + 1);
            }
        }, iter: full ? 200_000 : 5_000);
    }

    [Fact]
    public void Blocks_nest_only_so_deep()
    {
        Assert.Null(NginxGrammar.Parse(string.Concat(Enumerable.Repeat("a{", Parsed.MostDepth)) + new string('}', Parsed.MostDepth), new Location("/x")).Error);
        Assert.Equal("blocks are nested deeper than 64", NginxGrammar.Parse(string.Concat(Enumerable.Repeat("a{", 100_000)), new Location("/x")).Error!.Message);
    }

    [Fact]
    public void Sections_nest_only_so_deep() => Assert.Equal("sections are nested deeper than 64", HttpdGrammar.Parse(string.Concat(Enumerable.Repeat("<Files x>\n", 100_000)), new Location("/x")).Error!.Message);

    [Fact]
    public void Code_in_Lua_is_one_argument()
    {
        var parsed = NginxGrammar.Parse("location / { content_by_lua_block { if a == \"}\" then -- }\n local t = {1} end } gzip on; }", new Location("/x"));
        Assert.Null(parsed.Error);
        Assert.Equal(["content_by_lua_block", "gzip"], parsed.Settings[0].Children.Select(setting => setting.Key));
    }

    [Theory]
    [InlineData("(a+)+")]
    [InlineData("^(\\w+\\s?)*$")]
    [InlineData("(.*)*x")]
    [InlineData("([a-z]+)*\\.html")]
    [InlineData("(a|a)+")]
    [InlineData("(x+x+)+y")]
    public void Runaway_expressions_are_found(string pattern) => Assert.NotNull(BacktrackingExpression.Runs(pattern));

    [Theory]
    [InlineData("^/([a-z]+\\.)+html$")]
    [InlineData("\\.(gif|jpe?g|png)$")]
    [InlineData("^/(.*)/(.*)$")]
    [InlineData("(?:[^/]+/)*[^/]+")]
    [InlineData("(a++)+")]
    [InlineData("^(www\\.)?(?<domain>.+)$")]
    public void Sound_expressions_are_not(string pattern) => Assert.Null(BacktrackingExpression.Runs(pattern));

    [Fact]
    public void Any_expression_is_looked_at_to_its_end() => Gen.String[Gen.Char["ab()[]*+?|\\{},^$.:<'-1d"], 0, 60].Sample(pattern => { BacktrackingExpression.Runs(pattern); }, iter: full ? 500_000 : 20_000);

    /// <summary>Every sample of an expression is a text that it takes as a whole, however it is made up, and there is one at least.</summary>
    [Fact]
    public void Samples_of_an_expression_are_taken_by_it()
    {
        string[] parts = ["a", "b1", "\\.", ".", "[a-z]", "[^a.]", "[^/]", "\\d", "\\w", "\\W", "\\S", "-", "://", "[-.]"];
        string[] signs = ["", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,}", "+?", "??"];
        var atom = Gen.Select(One(parts), One(signs), (part, sign) => part.Length > 2 && part[0] is not ('[' or '\\') ? part : part[^1] == '1' ? part : part + sign);
        var group = Gen.Select(atom.Array[1, 3].Array[1, 3], One("(", "(?:", "(?<n>"), One(signs), (alternatives, open, sign) => $"{open}{string.Join('|', alternatives.Select(words => string.Concat(words)))}){sign}");
        Gen.OneOf(atom, group).Array[1, 6].Select(words => string.Concat(words)).Sample(pattern =>
        {
            var samples = ExpressionSamples.Of(pattern);
            Assert.InRange(samples.Count, 1, 32);
            var whole = new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            foreach (var sample in samples) Assert.Matches(whole, string.Concat(sample.Select(part => part.Character)));
        }, iter: full ? 100_000 : 500);
        Gen.String[Gen.Char["ab()[]*+?|\\{},^$.:<'-1d=!/"], 0, 60].Sample(pattern => Assert.InRange(ExpressionSamples.Of(pattern).Count, 0, 32), iter: full ? 500_000 : 20_000);
        Assert.InRange(ExpressionSamples.Of(string.Concat(Enumerable.Repeat("(", 15)) + "a" + string.Concat(Enumerable.Repeat("){8}", 15))).Count, 0, 32);
    }

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static IEnumerable<string> XzLines(string path) => Catalogers.Programs.Run("/", "xz", "-dc", path).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
