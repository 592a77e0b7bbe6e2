using System.Text.RegularExpressions;

namespace Plimsoll.Guard.SecLang;

/// <summary>Makes rules of directives. Removals and updates hold for all rules, wherever they stand, as in ModSecurity 3.</summary>
internal sealed class RuleReader(RuleFaults faults)
{
    /// <summary>CRS has 700.</summary>
    public const int MostRules = 20_000;
    private static readonly TimeSpan mostOfPattern = TimeSpan.FromMilliseconds(50);
    private readonly List<Rule> rules = [];
    private readonly List<Rule> chain = [];
    private readonly Dictionary<int, Place> ids = [];
    private readonly List<Action> changes = [];
    private readonly List<(Rule Rule, Place By)> removed = [];
    private readonly List<(string Name, int Order)> markers = [];
    private readonly Dictionary<int, IReadOnlyList<RuleAction>> defaults = [];
    private int order;

    public IReadOnlyList<Rule> Rules => rules;
    public IReadOnlyList<(Rule Rule, Place By)> Removed => removed;
    public IReadOnlyList<(string Name, int Order)> Markers => markers;
    public IReadOnlyDictionary<int, IReadOnlyList<RuleAction>> Defaults => defaults;
    public string? Signature { get; private set; }

    /// <summary>The file whose inclusion the directive asks for; null for every other directive.</summary>
    public (string Pattern, bool IsOptional)? Take(RuleLines.Directive directive)
    {
        var (place, words) = directive;
        var arguments = words.Skip(1).ToList();
        if (chain.Count > 0 && !Is(words[0], "SecRule"))
        {
            faults.Add(chain[0].Place, "the chain is not completed", $"A rule must follow, not `{words[0]}`.");
            chain.Clear();
        }
        switch (words[0].ToLowerInvariant())
        {
            case "include" or "includeoptional" when arguments.Count == 1:
                return (arguments[0], Is(words[0], "IncludeOptional"));
            case "secrule" when arguments.Count is 2 or 3:
                var targets = RuleText.Targets(arguments[0], place, faults);
                if (RuleText.Test(arguments[1], place, faults) is { } test) Add(new(place, targets, test, RuleText.Actions(arguments.ElementAtOrDefault(2) ?? "", place, faults)));
                break;
            case "secaction" when arguments.Count == 1:
                Add(new(place, [], null, RuleText.Actions(arguments[0], place, faults)));
                break;
            case "secmarker" when arguments.Count == 1:
                markers.Add((arguments[0], ++order));
                break;
            case "secdefaultaction" when arguments.Count == 1:
                Default(place, arguments[0]);
                break;
            case "seccomponentsignature" when arguments.Count == 1:
                Signature ??= arguments[0];
                break;
            case "secruleremovebyid" or "secruleremovebytag" or "secruleremovebymsg" when arguments.Count > 0:
                if (Chooser(words[0]["SecRuleRemoveBy".Length..], arguments, place) is { } gone) changes.Add(() => Remove(gone, place));
                break;
            case "secruleupdatetargetbyid" or "secruleupdatetargetbytag" or "secruleupdatetargetbymsg" when arguments.Count == 2:
                Update(words[0]["SecRuleUpdateTargetBy".Length..], arguments, place);
                break;
            case "secruleupdateactionbyid" when arguments.Count == 2:
                Change(arguments, place);
                break;
            case "secargumentseparator" when arguments is ["&"]:
            case "seccookieformat" when arguments is ["0"]:
                break; // The only readings that there are here.
            default:
                if (!Words.Settings.Contains(words[0])) faults.Add(place, $"`{words[0]}` with {arguments.Count} words is not known here", "docs/guard-rules.md lists the directives.");
                break;
        }
        return null;
    }

    /// <summary>What only all files together can have wrong.</summary>
    public void Finish()
    {
        if (chain.Count > 0) faults.Add(chain[0].Place, "the chain is not completed", "A rule must follow.");
        foreach (var change in changes) change();
        Lookups.Check(rules, markers, faults);
        foreach (var rule in rules)
            for (var part = rule; part is not null; part = part.Next)
                if (part["skipAfter"] is { } marker && !markers.Exists(one => one.Name == marker && one.Order > rule.Order)) faults.Add(part.Place, $"`skipAfter:{marker}` leads to no SecMarker", "Add the marker, or the file that has it.");
    }

    private void Add(Rule rule)
    {
        if (chain.Count == 0)
        {
            var phase = rule["phase"] is { } named ? RuleText.Phase(named) : 2;
            if (phase == 0) faults.Add(rule.Place, $"`phase:{rule["phase"]}` is none", "Write 1 to 5, `request`, `response` or `logging`.");
            if (!RuleText.Id(rule["id"], out var id)) faults.Add(rule.Place, "the rule has no id", "Add `id:NUMBER`: events name it.");
            else if (!ids.TryAdd(id, rule.Place)) faults.Add(rule.Place, $"the id {id} belongs to the rule at {ids[id]}", "Give each rule its own.");
            rule = rule with { Id = id, Phase = phase, Order = ++order };
        }
        if (rule["skip"] is { } skips && !RuleText.Id(skips, out _)) faults.Add(rule.Place, $"`skip:{skips}` is no number of rules", "Write how many rules are left out.");
        if (chain.Count > 0 && rule["id"] is not null) faults.Add(rule.Place, "a rule within a chain has an id", "The first has the id of all.");
        chain.Add(rule);
        if (rule.IsChained) return;
        var whole = chain[^1];
        for (var i = chain.Count - 2; i >= 0; i--) whole = chain[i] with { Next = whole };
        chain.Clear();
        if (rules.Count < MostRules) rules.Add(whole);
        else faults.Add(rule.Place, $"these are more than {MostRules} rules", "Load fewer.");
    }

    private void Default(Place place, string text)
    {
        var actions = RuleText.Actions(text, place, faults);
        var phase = RuleText.Phase(actions.Find(action => action.Name == "phase")?.Value ?? "");
        if (phase == 0) faults.Add(place, "SecDefaultAction has no phase", "Add `phase:1` to `phase:5`.");
        else if (actions.Find(action => action.Name is "id" or "chain" or "skip" or "skipAfter" || (action.Name == "t" && action.Value == "none")) is { } odd) faults.Add(place, $"`{odd.Name}` has no meaning in a SecDefaultAction", "Write it in the rule that it is for.");
        else if (!actions.Exists(action => action.Name is "pass" or "deny" or "drop" or "redirect" or "allow")) faults.Add(place, "SecDefaultAction does not say what `block` does", "Add `pass` or `deny`.");
        else if (!defaults.TryAdd(phase, actions)) faults.Add(place, $"phase {phase} has a SecDefaultAction already", "Keep one.");
    }

    private void Update(string by, List<string> arguments, Place place)
    {
        var targets = RuleText.Targets(arguments[1], place, faults);
        if (Chooser(by, arguments[..1], place) is not { } chosen) return;
        changes.Add(() =>
        {
            for (var i = 0; i < rules.Count; i++)
                if (chosen(rules[i])) rules[i] = rules[i] with { Targets = [.. rules[i].Targets, .. targets], ChangedBy = place };
        });
    }

    /// <summary>What a rule may have once is overwritten, because the last counts; the rest is added.</summary>
    private void Change(List<string> arguments, Place place)
    {
        var actions = RuleText.Actions(arguments[1], place, faults);
        if (actions.Find(action => action.Name is "id" or "phase" or "chain" or "skip" or "skipAfter") is { } odd) faults.Add(place, $"`{odd.Name}` of a rule cannot be changed", "Write the rule anew, and remove this one with SecRuleRemoveById.");
        if (Chooser("Id", arguments[..1], place) is not { } chosen) return;
        changes.Add(() =>
        {
            for (var i = 0; i < rules.Count; i++)
                if (chosen(rules[i])) rules[i] = rules[i] with { Actions = [.. rules[i].Actions, .. actions], ChangedBy = place };
        });
    }

    private void Remove(Predicate<Rule> gone, Place place)
    {
        removed.AddRange(rules.Where(rule => gone(rule)).Select(rule => (rule, place)));
        rules.RemoveAll(gone);
    }

    private Predicate<Rule>? Chooser(string by, List<string> arguments, Place place)
    {
        if (Is(by, "Id"))
        {
            if (RuleText.Ids(arguments) is { } ranges) return rule => ranges.Exists(range => rule.Id >= range.First && rule.Id <= range.Last);
            faults.Add(place, $"`{string.Join(' ', arguments)}` names no rules", "Write ids and ranges, as `920100 930000-930999`.");
            return null;
        }
        try
        {
            var pattern = new Regex(arguments[0], RegexOptions.CultureInvariant, mostOfPattern);
            return Is(by, "Tag") ? rule => rule.Tags.Any(pattern.IsMatch) : rule => rule["msg"] is { } msg && pattern.IsMatch(msg);
        }
        catch (ArgumentException)
        {
            faults.Add(place, $"`{arguments[0]}` is no pattern", "It is a regular expression: write `\\.` for a dot.");
            return null;
        }
    }

    private static bool Is(string word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
