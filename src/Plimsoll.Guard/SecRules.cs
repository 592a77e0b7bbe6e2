using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang;

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

    /// <returns>The rule in plain words, lines.</returns>
    /// <exception cref="PlimsollException">The rules have a fault, or there is no such rule in force.</exception>
    public static string Explain(IReadOnlyList<string> paths, int id)
    {
        var set = RuleFiles.Read(paths);
        return set.Rules.FirstOrDefault(rule => rule.Id == id) is { } rule
            ? Explanation.Of(rule)
            : throw new PlimsollException("guard-rule-unknown", $"No rule {id} is in force in `{string.Join("`, `", paths)}`.", "It is not there, or SecRuleRemoveById and the like take it away.");
    }
}
