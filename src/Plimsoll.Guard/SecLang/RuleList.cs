using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.SecLang;

/// <summary>Rules as lines of a table: number, phase, paranoia level, what they are about, state, and what they say.</summary>
internal static class RuleList
{
    private const string levelTag = "paranoia-level/";
    private const string kindTag = "attack-";

    /// <param name="tag">Only rules that have it; null for all.</param>
    public static string Of(RuleSet set, string? tag)
    {
        var rows = set.Rules.Select(rule => (Rule: rule, State: rule.ChangedBy is { } by ? $"changed by {by}" : "in force"))
            .Concat(set.Removed.Select(one => (one.Rule, State: $"removed by {one.By}"))).Where(row => tag is null || row.Rule.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase)).OrderBy(row => row.Rule.Order).ToList();
        var text = new StringBuilder("rule    phase  level  kind            state     says\n");
        foreach (var (rule, state) in rows)
        {
            var level = rule.Tags.FirstOrDefault(one => one.StartsWith(levelTag, StringComparison.OrdinalIgnoreCase))?[levelTag.Length..] ?? "-";
            var kind = rule.Tags.FirstOrDefault(one => one.StartsWith(kindTag, StringComparison.OrdinalIgnoreCase))?[kindTag.Length..] ?? "-";
            text.Append(CultureInfo.InvariantCulture, $"{rule.Id,-8}{rule.Phase,-7}{level,-7}{kind,-16}{state,-10}{(state.Length >= 10 ? "  " : "")}{rule["msg"] ?? "-"}\n");
        }
        return text.Append(CultureInfo.InvariantCulture, $"{rows.Count} rules\n").ToString();
    }
}
