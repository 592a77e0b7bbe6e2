namespace Plimsoll.Guard.SecLang;

/// <summary>Where something stands: the file as it was named, and its line, from 1; 0 for the file as a whole.</summary>
internal readonly record struct Place(string File, int Line)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}";
}

/// <summary>How a target chooses among the members of a collection.</summary>
internal enum Selection : byte
{
    All,
    Name,
    /// <summary>Members whose name the pattern finds.</summary>
    Pattern,
}

/// <summary>One variable that a rule looks at: `ARGS`, `REQUEST_HEADERS:Host`, `ARGS:/^p_/`, `!ARGS:token`, `&amp;ARGS`.</summary>
/// <param name="Selector">Name or pattern; empty for <see cref="Selection.All"/>.</param>
/// <param name="IsExcluded">Taken out of what the others name.</param>
/// <param name="IsCount">The number of members instead of the members.</param>
internal sealed record Target(string Variable, Selection Selection, string Selector, bool IsExcluded, bool IsCount)
{
    public override string ToString() => (IsExcluded ? "!" : IsCount ? "&" : "") + Variable + (Selection == Selection.All ? "" : Selection == Selection.Pattern ? $":/{Selector}/" : ":" + Selector);
}

/// <summary>The test of a rule: `!@rx ^a`.</summary>
internal sealed record RuleTest(string Operator, string Argument, bool IsNegated);

/// <summary>`setvar:tx.score=+5`; the value is null where there is none.</summary>
internal sealed record RuleAction(string Name, string? Value);

/// <summary>A SecRule or SecAction with what it is chained to.</summary>
internal sealed record Rule(Place Place, IReadOnlyList<Target> Targets, RuleTest? Test, IReadOnlyList<RuleAction> Actions)
{
    /// <summary>0 for a rule that continues a chain.</summary>
    public int Id { get; init; }

    /// <summary>1 request head, 2 request body, 3 response head, 4 response body, 5 logging.</summary>
    public int Phase { get; init; } = 2;

    /// <summary>Place among all rules and markers, from 1; the same within a chain.</summary>
    public int Order { get; init; }

    /// <summary>The directive that changed its targets or actions last; null for none.</summary>
    public Place? ChangedBy { get; init; }

    /// <summary>The rule that must match too; null at the end of a chain.</summary>
    public Rule? Next { get; init; }

    public bool IsChained => Actions.Any(action => action.Name == "chain");

    /// <summary>Its value; of several that of the last, as in ModSecurity.</summary>
    public string? this[string action] => Actions.LastOrDefault(one => one.Name == action)?.Value;

    public IEnumerable<string> Tags => Actions.Where(action => action.Name == "tag").Select(action => action.Value ?? "");

    /// <summary>What is done to a value before the test, in order: what stands before the last `t:none` does not count.</summary>
    public IEnumerable<string> Transformations
    {
        get
        {
            var all = Actions.Where(action => action.Name == "t").Select(action => action.Value ?? "").ToList();
            return all.Skip(all.FindLastIndex(name => name.Equals("none", StringComparison.OrdinalIgnoreCase)) + 1);
        }
    }
}

/// <summary>All rules in force, in their order, after the removals and updates that the files have.</summary>
/// <param name="Files">In the order in which they were read.</param>
/// <param name="Signature">What SecComponentSignature says, `OWASP_CRS/4.0.0`; null when nothing does.</param>
/// <param name="Markers">With their place among the rules.</param>
/// <param name="Defaults">What SecDefaultAction says of each phase.</param>
internal sealed record RuleSet(IReadOnlyList<Rule> Rules, IReadOnlyList<string> Files, string? Signature, IReadOnlyList<(string Name, int Order)> Markers, IReadOnlyDictionary<int, IReadOnlyList<RuleAction>> Defaults)
{
    /// <summary>Rules that a directive took away, and which.</summary>
    public IReadOnlyList<(Rule Rule, Place By)> Removed { get; init; } = [];
}
