using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>
/// ModSecurity's own cases: each whose rules are understood runs through a guard over sockets and through libmodsecurity3, and the same rules
/// must be told as matched and the same status answered. The suite expects lines of that library's debug log; the library itself stands for them,
/// but where it does otherwise than the suite expects.
/// </summary>
public sealed partial class EngineCaseTests(ITestOutputHelper output)
{
    private const string site = "SecRequestBodyAccess On\nSecResponseBodyAccess On\nSecResponseBodyMimeType text/html text/plain text/xml application/json\n";

    [Fact]
    public void Cases_of_ModSecurity_are_decided_as_it_decides_them()
    {
        Assert.SkipUnless(LibModSecurity.IsThere, "libmodsecurity3 is not installed");
        var (outside, same, refused, others, differences) = (new SortedDictionary<string, List<string>>(StringComparer.Ordinal), 0, 0, 0, new SortedDictionary<string, string>(StringComparer.Ordinal));
        Assert.SkipUnless(EngineCase.Read((cases, folder) =>
        {
            Assert.Equal(656, cases.Count);
            foreach (var one in cases)
            {
                if (Load(one, folder, out var program) is { } words)
                {
                    if (one.IsRefused) refused++;
                    else
                    {
                        others++;
                        foreach (var word in words) (outside.TryGetValue(word, out var those) ? those : outside[word] = []).Add(one.Name);
                    }
                }
                else if (Difference(one, program!, folder) is not { } difference) same++;
                else differences[one.Name] = difference;
            }
        }), "PLIMSOLL_SUITES has no suites/waf/modsecurity.tar.xz");
        output.WriteLine($"{same} alike, {refused} refused as they should be, {differences.Count} differ, {others} have words that are not of the language here:");
        foreach (var (word, those) in outside.OrderByDescending(one => one.Value.Count)) output.WriteLine($"{those.Count,5} {word}: {string.Join(' ', those.Take(3))}");
        foreach (var (name, difference) in differences) output.WriteLine($"{name}: {difference}");
        Assert.Equal(EngineDifferences.All.Keys.Order(StringComparer.Ordinal), differences.Keys);
        Assert.Equal((393, 28, 201), (same, refused, others));
    }

    /// <returns>The words that are not understood; null when all are.</returns>
    private static IReadOnlyList<string>? Load(EngineCase one, string folder, out RuleProgram? program)
    {
        var file = Path.Combine(folder, "case.conf");
        File.WriteAllText(file, one.Rules, Encoding.Latin1);
        program = null;
        try
        {
            program = ProgramBuilder.Build(RuleFiles.Read([file]), null, Detection.Crs);
            return null;
        }
        catch (PlimsollException thrown)
        {
            return [.. thrown.Message.Split('\n').Select(line => Word().Match(line) is { Success: true } match ? match.Value : line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Distinct(StringComparer.Ordinal)];
        }
    }

    private static string? Difference(EngineCase one, RuleProgram program, string folder)
    {
        using var guard = new RuledGuard(program, one.Rules.Contains("DetectionOnly", StringComparison.OrdinalIgnoreCase) ? Mode.Detect : Mode.Enforce, answer: one.Answer(), listener: new(new(IPAddress.Loopback, 0)) { ExpectsProxyHeader = true });
        var told = guard.SendAsync(one.Request()).GetAwaiter().GetResult();
        // What the suite says itself comes before what its library of this version does.
        var isAsExpected = !one.IsRefused && one.Status > 0 && one.Status == told.Status && told.Reason is (Reason.None or Reason.RuleMatched);
        if (isAsExpected) return null;
        // A SecAction that refuses nothing is not told there.
        var silent = program.Rules.SelectMany(rules => rules).Where(rule => rule.Probe is null && rule.Id != told.RefusedBy).Select(rule => rule.Id).ToHashSet();
        var ours = told.Rules.Append(told.RefusedBy).Where(id => id > 0 && !silent.Contains(id)).Distinct().Order().ToList();
        if (EngineDifferences.OfTheLibrary.TryGetValue(one.Name, out var known)) return ours.SequenceEqual(known.Rules) ? null : $"expected {string.Join(' ', known.Rules)}, ours {string.Join(' ', ours)}";
        LibModSecurity oracle;
        try
        {
            oracle = new(site + one.Rules.Replace("test-cases/", folder + "/test-cases/", StringComparison.Ordinal));
        }
        catch (ArgumentException thrown)
        {
            return one.IsRefused ? $"is not refused: {thrown.Message.ReplaceLineEndings(" ")}" : $"the library refuses it: {thrown.Message.ReplaceLineEndings(" ")}";
        }
        using (oracle)
        {
            var (theirs, status) = oracle.Run(one);
            if (told.Reason is not (Reason.None or Reason.RuleMatched)) return $"{told.Reason}";
            if (!ours.SequenceEqual(theirs)) return $"theirs {string.Join(' ', theirs)} ({status}), ours {string.Join(' ', ours)} ({told.Status})";
            if (told.Status != status) return $"status: theirs {status}, ours {told.Status}";
            return one.Status > 0 && one.Status != told.Status ? $"status: expected {one.Status}, ours {told.Status}" : null;
        }
    }

    [GeneratedRegex("(?<=: )(the (?:variable|operator|action|transformation) )?`[@!&]?[A-Za-z0-9_.]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
