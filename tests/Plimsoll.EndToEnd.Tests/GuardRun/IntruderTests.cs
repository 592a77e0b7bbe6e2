namespace Plimsoll.EndToEnd.Tests.GuardRun;

/// <summary>The demonstration, which judges itself: every step succeeds without the guard and is refused with it, and the shop's own traffic passes.</summary>
public sealed class IntruderTests
{
    private static readonly string demo = Path.Combine(Run.Repository, "demo/intruder");

    [Fact]
    public void An_intruder_comes_to_nothing_behind_the_guard()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null, "runs a shop three times: only with --full");
        var ended = Run.Program(demo, [], new Dictionary<string, string> { ["PLIMSOLL"] = Run.Cli }, TimeSpan.FromMinutes(15));
        Assert.SkipWhen(ended.Code == 2 && ((string[])["not installed", "only root", "Docker does not start"]).Any(what => ended.Err.StartsWith($"intruder: {what}", StringComparison.Ordinal)), ended.Err.Trim());
        ended.Expect(0);
        Assert.EndsWith("0 false alarms.\nEvery step succeeds without the guard and is refused with it.\n", ended.Out, StringComparison.Ordinal);
        var steps = ended.Lines.SkipWhile(line => !line.StartsWith("step ", StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith("The shop", StringComparison.Ordinal)).ToList();
        Assert.Equal(16, steps.Count);
        Assert.All(steps, line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain(steps, line => line.Contains("FAILED", StringComparison.Ordinal) || line.Contains("CAME THROUGH", StringComparison.Ordinal));
    }

    [Fact]
    public void It_says_what_it_is_and_what_it_does_not_know()
    {
        Assert.Contains("demo/intruder --keep", Run.Program(demo, ["--help"]).Expect(0).Out, StringComparison.Ordinal);
        Assert.Equal("intruder: unknown argument --fast; see demo/intruder --help\n", Run.Program(demo, ["--fast"]).Expect(2).Err);
    }
}
