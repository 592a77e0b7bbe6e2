using System.Collections.Concurrent;
using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>The Core Rule Set's own tests, through a guard over sockets, at paranoia level 4.</summary>
public sealed class CoreRuleSetTests(ITestOutputHelper output)
{
    private const int lanes = 2;

    [Fact]
    public async Task The_suite_of_the_core_rule_set_passes()
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var set = RuleFiles.Read([suite!.Rules]);
        var program = ProgramBuilder.Build(set, Paranoia.Most);
        var tests = new ConcurrentQueue<CoreRuleSetTest>(suite.Tests());
        var count = tests.Count;
        var failures = new ConcurrentDictionary<string, string>();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(async () =>
        {
            using var run = new CoreRuleSetRun(program);
            while (tests.TryDequeue(out var test))
                if (await run.FailureAsync(test) is { } failure) failures.TryAdd(test.Name, failure);
        }, TestContext.Current.CancellationToken)));
        var report = new StringBuilder();
        foreach (var (name, failure) in failures.OrderBy(failure => failure.Key, StringComparer.Ordinal)) report.AppendLine($"{name}: {failure}");
        File.WriteAllText("/tmp/crsx/report.txt", report.ToString());
        output.WriteLine($"{count - failures.Count} of {count} pass");
        Console.WriteLine($"{count - failures.Count} of {count} pass");
        Assert.Empty(failures);
    }
}
