using System.Collections.Concurrent;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>The Core Rule Set's own tests, through a guard over sockets, at paranoia level 4.</summary>
public sealed class CoreRuleSetTests(ITestOutputHelper output)
{
    private const int lanes = 2;

    /// <summary>Requests that the guard refuses before any rule is asked, whatever a site allows: none comes to an application.</summary>
    private static readonly Dictionary<string, string> refusedEarlier = new()
    {
        ["920100-4"] = "CONNECT is refused (405); the suite wants 200",
        ["920100-5"] = "CONNECT is refused with 405 instead of 400",
        ["920100-14"] = "the method `|GET` is malformed (400)",
        ["920100-16"] = "a target `http://host` without a path is malformed (400)",
        ["920181-1"] = "Content-Length beside Transfer-Encoding is refused (400); the suite wants 200",
        ["920280-1"] = "Host is missing, in HTTP/1.0 too (400)",
        ["920280-3"] = "HTTP/0.9 is refused with 505 instead of 400",
        ["920290-4"] = "an empty Host is malformed (400)",
        ["920430-3"] = "HTTP/0.9 is refused with 505 instead of 400",
        ["920430-8"] = "HTTP/4.0 is refused (505)",
        ["920430-9"] = "HTTP/0.8 is refused with 505 instead of 400",
        ["920620-1"] = "Content-Type twice is refused (400); the suite wants 200",
    };

    /// <summary>
    /// Values that libinjection takes for an injection, by its table of token sequences, and the guard's detectors by grammar do not.
    /// Other rules refuse all but 942101-9, a path `*/*/2+union+all/bar`, in which a plus is a plus and nothing is selected.
    /// </summary>
    private static readonly HashSet<string> byTableAlone =
    [
        "941100-2", "941100-3", "941101-1", "942100-4", "942100-12", "942100-13", "942101-2", "942101-6", "942101-9",
    ];

    [Fact]
    public async Task The_suite_of_the_core_rule_set_passes()
    {
        var (all, failures) = await RunAsync(Detection.Crs);
        Assert.Equal(5_082, all);
        Assert.Equal(refusedEarlier.Keys.Concat(byTableAlone).Order(StringComparer.Ordinal), failures.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["942101-9"], failures.Where(failure => byTableAlone.Contains(failure.Key) && failure.Value.EndsWith("matched )", StringComparison.Ordinal)).Select(failure => failure.Key));
        Assert.True(all - failures.Count >= 5_035);
    }

    /// <summary>Rules of words do not count on values that are ordinary text, which some tests send.</summary>
    [Fact]
    public async Task With_structural_detection_few_tests_are_told_otherwise()
    {
        var (all, failures) = await RunAsync(Detection.Structural);
        var overruled = failures.Keys.Except(refusedEarlier.Keys).Except(byTableAlone).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(OverruledTests.RefusedByOthers.Concat(OverruledTests.WordsAlone).Order(StringComparer.Ordinal), overruled);
        Assert.Equal(OverruledTests.RefusedByOthers.Order(StringComparer.Ordinal), overruled.Where(name => failures[name].Contains(" 949110", StringComparison.Ordinal)));
        Assert.Equal(5_082, all);
    }

    private async Task<(int All, IReadOnlyDictionary<string, string> Failures)> RunAsync(Detection detection)
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var program = ProgramBuilder.Build(RuleFiles.Read([suite!.Rules]), Paranoia.Most, detection);
        var all = suite.Tests();
        var tests = new ConcurrentQueue<CoreRuleSetTest>(all);
        var failures = new ConcurrentDictionary<string, string>();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(async () =>
        {
            using var run = new CoreRuleSetRun(program);
            while (tests.TryDequeue(out var test))
                if (await run.FailureAsync(test) is { } failure) failures.TryAdd(test.Name, failure);
        }, TestContext.Current.CancellationToken)));

        foreach (var (name, failure) in failures) output.WriteLine($"{name}: {failure}");
        output.WriteLine($"{detection}: {all.Count - failures.Count} of {all.Count} pass");
        return (all.Count, failures);
    }
}
