namespace Plimsoll.Guard.SecLang;

/// <summary>
/// Operators that would ask over the network or in a database of places, `@rbl` and `@geoLookup`. Nobody is asked here, so a rule with one
/// must be behind a setting: chained to a test of TX, or passed over by a rule that tests TX before it. While the setting is off all is well.
/// </summary>
internal static class Lookups
{
    public static void Check(IReadOnlyList<Rule> rules, IReadOnlyList<(string Name, int Order)> markers, RuleFaults faults)
    {
        foreach (var rule in rules)
            for (var part = rule; part is not null; part = part.Next)
                if (part.Test is { Operator: "rbl" or "geoLookup" } test && !(part != rule && IsSetting(rule)) && !rules.Any(other => PassesOver(other, rule, markers)))
                    faults.Add(part.Place, $"`@{test.Operator}` asks elsewhere, which no rule does here", "Take the rule out with SecRuleRemoveById, or put it behind a test of a setting in TX that is off.");
    }

    private static bool PassesOver(Rule other, Rule rule, IReadOnlyList<(string Name, int Order)> markers) =>
        other.Phase == rule.Phase && other.Order < rule.Order && IsSetting(other) && other["skipAfter"] is { } marker && markers.Any(one => one.Name == marker && one.Order > rule.Order);

    private static bool IsSetting(Rule rule) => rule.Targets.Count > 0 && rule.Targets.All(target => target.Variable == "TX");
}
