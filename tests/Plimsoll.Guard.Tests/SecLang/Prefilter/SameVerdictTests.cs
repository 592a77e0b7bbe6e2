using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Prefilter;

/// <summary>Whether rules are chosen beforehand or each is asked, whether verdicts are remembered or not: the same rules match.</summary>
public sealed class SameVerdictTests(ITestOutputHelper output) : IDisposable
{
    private readonly RequestNormaliser normaliser = new(NormalisationLimits.Default);

    [Fact]
    public void Requests_of_the_suite_match_the_same_rules()
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var requests = suite!.Tests().SelectMany(test => test.Stages).Select(stage => stage.Request).ToList();
        foreach (var set in SuiteValues.Sets(suite))
        {
            var all = Inspector(set, remembers: false, out var program);
            foreach (var rule in program.Rules.SelectMany(rules => rules)) rule.Bit = -1;
            var (chosen, remembered) = (Inspector(set, remembers: false, out _), Inspector(set, remembers: true, out var remembering));
            var (asked, matches) = (0, 0);
            foreach (var bytes in requests)
            {
                if (Request(bytes) is not { } request) continue;
                var expected = Matched(all, request);
                Assert.Equal(expected, Matched(chosen, request));
                // Taken in with the second, with what was said of it in the third.
                for (var i = 0; i < 3; i++) Assert.Equal(expected, Matched(remembered, request));
                asked++;
                matches += expected.Count;
            }
            var (looked, found) = remembering.Verdicts!.Counts;
            output.WriteLine($"{asked} requests, {matches} matches, {100.0 * found / looked:F1} % of values remembered");
            Assert.InRange(asked, requests.Count * 9 / 10, requests.Count);
            Assert.InRange(matches, asked, int.MaxValue);
        }
    }

    /// <summary>A place of the cache is written while others read it: nobody is told another value's rules.</summary>
    [Fact]
    public void What_is_remembered_is_of_that_value()
    {
        const int words = 3, bits = words * 64;
        var cache = new VerdictCache(words);
        Parallel.For(0, 4, lane =>
        {
            var random = new Random(lane);
            Span<ulong> chosen = stackalloc ulong[words], found = stackalloc ulong[words];
            for (var i = 0; i < 300_000; i++)
            {
                var number = random.Next(40_000);
                var value = Encoding.ASCII.GetBytes($"value {number}");
                for (var word = 0; word < words; word++) chosen[word] = (ulong)number * 0x9E3779B97F4A7C15 + (ulong)word;
                // Rules that said no may be gone, none may have come, and those that never said no stay.
                var hash = cache.Hash(0, value);
                if (cache.TryFind(hash, 0, value, found, out var where))
                {
                    for (var word = 0; word < words; word++) Assert.Equal(chosen[word] & ~Refutable(number, word), found[word] & ~Refutable(number, word));
                    for (var word = 0; word < words; word++) Assert.Equal(0UL, found[word] & ~chosen[word]);
                }
                else where = cache.Keep(hash, 0, value, chosen);
                if (where.IsSomewhere) cache.Refute(where, number % bits);
            }
        });

        static ulong Refutable(int number, int word) => number % bits / 64 == word ? 1UL << (number % 64) : 0;
    }

    [Fact]
    public void A_value_is_remembered_when_it_comes_again()
    {
        var cache = new VerdictCache(words: 1);
        var value = "Firefox"u8;
        var hash = cache.Hash(1, value);
        ulong[] chosen = [0b110], found = [0];
        Assert.False(cache.Keep(hash, 1, value, chosen).IsSomewhere);
        var where = cache.Keep(hash, 1, value, chosen);
        Assert.True(cache.TryFind(hash, 1, value, found, out var there));
        Assert.Equal((where, chosen[0]), (there, found[0]));
        Assert.False(cache.TryFind(cache.Hash(2, value), 2, value, found, out _)); // Of another kind.
        cache.Refute(where, 1);
        Assert.True(cache.TryFind(hash, 1, value, found, out _));
        Assert.Equal(0b100UL, found[0]);
    }

    public void Dispose() => normaliser.Dispose();

    private static RuleInspector Inspector(Plimsoll.Guard.SecLang.RuleSet set, bool remembers, out RuleProgram program)
    {
        program = ProgramBuilder.Build(set, Paranoia.Most, Detection.Structural, remembers);
        return new(program, goesOn: true);
    }

    /// <summary>As far as it is one; what is told of places and values is not needed here.</summary>
    private static HttpRequest? Request(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var words = lines[0].Split(' ');
        if (words is not [var method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"]) return null;
        var request = new HttpRequest { Version = words[2] == "HTTP/1.0" ? HttpVersion.Http10 : HttpVersion.Http11, Client = System.Net.IPAddress.Loopback };
        request.Method = request.Append(Encoding.Latin1.GetBytes(method));
        request.Target = request.Append(Encoding.Latin1.GetBytes(target));
        foreach (var line in lines.Skip(1))
        {
            if (line.Split(':', 2) is not [var name, var value]) return null;
            var text = Encoding.Latin1.GetBytes(name);
            request.Add(new(FieldIds.Of(text), request.Append(text), request.Append(Encoding.Latin1.GetBytes(value.Trim()))));
        }
        request.Body = bytes.AsMemory(end + 4);
        (request.ContentLength, request.IsBodyWhole) = (request.Body.Length, true);
        return request;
    }

    /// <summary>Rules in their order, with the names of what they matched, what they say and show.</summary>
    private List<string> Matched(RuleInspector inspector, HttpRequest request)
    {
        RequestJudge.Read(normaliser, request);
        if (request.HasBody) normaliser.Body(request.Body.Span);
        normaliser.Finish();
        (request.BodyKind, request.Values) = (normaliser.BodyKind, normaliser.All);
        inspector.Inspect(request, Needs.RequestHead);
        ((Transaction)request.Inspection!).Effort.Extend(1 << 20); // Who asks every rule needs more time than a request has.
        inspector.Inspect(request, Needs.RequestBody);
        // The request's body is the answer's too: rules on answers see something.
        var response = new HttpResponse { Request = request, Status = 200, Body = request.Body };
        inspector.Inspect(response, Needs.ResponseHead);
        ((Transaction)request.Inspection).Effort.Extend(1 << 20);
        if (inspector.Needs.HasFlag(Needs.ResponseBody)) inspector.Inspect(response, Needs.ResponseBody);
        inspector.Inspect(request, Needs.End);
        var told = new List<string>();
        for (var i = 0; i < request.Inspection!.MatchedRules; i++)
        {
            var id = request.Inspection.MatchedRule(i, out var at);
            told.Add($"{id} {Encoding.Latin1.GetString(at)} {Encoding.Latin1.GetString(request.Inspection.Statement(i))} {Encoding.Latin1.GetString(request.Inspection.Evidence(i))}");
        }
        request.Inspection.Release();
        request.Inspection = null;
        return told;
    }
}
