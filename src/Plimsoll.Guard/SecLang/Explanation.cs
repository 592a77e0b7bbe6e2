using System.Globalization;
using System.Text;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.SecLang;

/// <summary>Tells a rule in plain words: what it looks at, after which transformations, what it matches and what follows.</summary>
internal static class Explanation
{
    public static string Of(Rule rule)
    {
        var text = new StringBuilder();
        Row(text, rule.Id.ToString(CultureInfo.InvariantCulture), rule["msg"] ?? "no message");
        Row(text, "at", $"{rule.Place}, phase {rule.Phase}{(rule["severity"] is { } severity ? $", severity {severity.ToLowerInvariant()}" : "")}");
        for (var part = rule; part is not null; part = part.Next)
        {
            if (part != rule) Row(text, "and", "in the same request");
            Part(text, part);
        }
        if (rule.Tags.ToList() is { Count: > 0 } tags) Row(text, "tags", string.Join(", ", tags));
        return text.ToString();
    }

    /// <summary>Which of CRS's own tests are about the rule; nothing when none was found.</summary>
    public static string Tests((string File, IReadOnlyList<(string Number, string Description)> Tests)? found)
    {
        if (found is not var (file, tests)) return "";
        var text = new StringBuilder();
        Row(text, "tests", $"{tests.Count} in {file}");
        foreach (var (number, description) in tests) Row(text, "", description.Length > 0 ? $"{number}: {description}" : number);
        return text.ToString();
    }

    private static void Part(StringBuilder text, Rule rule)
    {
        if (rule.Test is { } test)
        {
            Row(text, "looks at", string.Join(", ", rule.Targets.Where(target => !target.IsExcluded).Select(target => $"{target} ({(target.IsCount ? "how many: " : "")}{Words.Variables[target.Variable]})")));
            if (rule.Targets.Where(target => target.IsExcluded).ToList() is { Count: > 0 } excluded) Row(text, "except", string.Join(", ", excluded.Select(target => target.ToString()[1..])));
            if (rule.Transformations.ToList() is { Count: > 0 } transformations) Row(text, "as", string.Join(", then ", transformations.Select(name => TransformationWords.All[name].Meaning)));
            Row(text, test.IsNegated ? "unless it" : "when it", string.Format(CultureInfo.InvariantCulture, OperatorWords.All[test.Operator].Meaning, test.Argument));
        }
        else Row(text, "always", "");
        foreach (var action in rule.Actions)
            if (Effect(action) is { } effect) Row(text, "then", effect);
    }

    private static string? Effect(RuleAction action) => action.Name switch
    {
        "setvar" => $"sets {action.Value}",
        "ctl" => $"changes {action.Value}",
        "initcol" => $"opens the collection {action.Value}",
        "expirevar" => $"lets {action.Value} expire",
        "skipAfter" => $"goes on after the marker {action.Value}",
        "skip" => $"leaves out the next {action.Value} rules",
        "deny" or "drop" => "refuses",
        "redirect" => $"redirects to {action.Value}",
        "allow" => "lets pass",
        "block" => "does what SecDefaultAction says, which is to go on and add up the score unless the setup changes it",
        _ => null,
    };

    private static void Row(StringBuilder text, string name, string what) => text.Append(name.PadRight(10)).Append(what).Append('\n');
}
