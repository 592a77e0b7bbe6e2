using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Releases;

namespace Plimsoll.Guard;

/// <summary>Rules in SecLang, such as those of the OWASP Core Rule Set.</summary>
public static class SecRules
{
    /// <returns>What is in them, a sentence.</returns>
    /// <exception cref="PlimsollException">With every fault, each with file and line.</exception>
    public static string Check(IReadOnlyList<string> paths)
    {
        var set = RuleFiles.Read(paths);
        var phases = string.Join(", ", set.Rules.GroupBy(rule => rule.Phase).OrderBy(group => group.Key).Select(group => $"{group.Count()} in phase {group.Key}"));
        return $"{set.Signature ?? "the rules"}: {set.Rules.Count} rules of {set.Files.Count} files are understood: {phases}";
    }

    /// <param name="tag">Only rules that have it; null for all.</param>
    /// <returns>Every rule with its state, a line each.</returns>
    /// <exception cref="PlimsollException">With every fault, each with file and line.</exception>
    public static string Show(IReadOnlyList<string> paths, string? tag) => RuleList.Of(RuleFiles.Read(paths), tag);

    /// <summary>Puts a release of rules in a folder, when it is verified and understood.</summary>
    /// <returns>What was verified, and what is there now, lines.</returns>
    /// <exception cref="PlimsollException">Nothing was changed.</exception>
    public static Task<string> UpdateAsync(RuleUpdateRequest request, CancellationToken cancelled) => RuleUpdate.RunAsync(request, cancelled);

    /// <returns>The rule in plain words, lines.</returns>
    /// <exception cref="PlimsollException">The rules have a fault, or there is no such rule in force.</exception>
    /// <param name="tests">Folder of CRS's regression tests; null to look for it beneath the paths.</param>
    public static string Explain(IReadOnlyList<string> paths, int id, string? tests = null)
    {
        var set = RuleFiles.Read(paths);
        return set.Rules.FirstOrDefault(rule => rule.Id == id) is { } rule
            ? Explanation.Of(rule) + Explanation.Tests(RuleTests.Of(id, paths, tests))
            : throw new PlimsollException("guard-rule-unknown", $"No rule {id} is in force in `{string.Join("`, `", paths)}`.", "It is not there, or SecRuleRemoveById and the like take it away.");
    }
}
