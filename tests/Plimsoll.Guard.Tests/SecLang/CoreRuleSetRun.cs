using System.Text.RegularExpressions;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Sends tests of the suite through a guard, and compares.</summary>
internal sealed class CoreRuleSetRun(RuleProgram program) : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);
    private readonly RuledGuard guard = new(program);

    /// <summary>What is not as expected; null when all is.</summary>
    public async Task<string?> FailureAsync(CoreRuleSetTest test)
    {
        foreach (var stage in test.Stages)
            if (await FailureAsync(stage) is { } failure) return failure;
        return null;
    }

    private async Task<string?> FailureAsync(CoreRuleSetStage stage)
    {
        var told = await guard.SendAsync(stage.Request);
        var how = $" ({told.Reason}, {told.Status}, matched {string.Join(' ', told.Rules)})";
        if (stage.ExpectsError && told.Status is 0 or >= 400) return null;
        if (stage.Status > 0 && told.Status != stage.Status) return $"status is not {stage.Status}" + how;
        if (Array.Find(stage.Expected, id => !told.Rules.Contains(id)) is > 0 and var missing) return $"{missing} does not match" + how;
        if (Array.Find(stage.Unexpected, told.Rules.Contains) is > 0 and var wrong) return $"{wrong} matches" + how;
        if (stage.Pattern is { } pattern && !Regex.IsMatch(told.Log, pattern, RegexOptions.None, patience)) return $"no `{pattern}`" + how;
        if (stage.NoPattern is { } none && Regex.IsMatch(told.Log, none, RegexOptions.None, patience)) return $"`{none}` is there" + how;
        return null;
    }

    public void Dispose() => guard.Dispose();
}
