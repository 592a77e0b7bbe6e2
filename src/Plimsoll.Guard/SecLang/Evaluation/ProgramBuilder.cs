using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Makes a program of rules: whatever can fail fails here, with its place.</summary>
internal sealed class ProgramBuilder
{
    private readonly RuleFaults faults = new();
    private readonly RuleSet set;
    private readonly IReadOnlyList<Rule> rules;
    private readonly Detection detection;
    private readonly Dictionary<string, int> slots = new(StringComparer.Ordinal);
    private readonly List<Form> forms = [default];
    private readonly EffectReader effects;

    private ProgramBuilder(RuleSet set, IReadOnlyList<Rule> rules, Detection detection)
    {
        (this.set, this.rules, this.detection) = (set, rules, detection);
        for (var group = 0; group < Captures.Most; group++) Slot(group.ToString(CultureInfo.InvariantCulture));
        effects = new(rules, Slot, Target, faults);
    }

    /// <param name="paranoia">Level of the Core Rule Set, 1 to 4; null for what the rules say themselves.</param>
    /// <param name="detection">What judges injections.</param>
    /// <param name="remembers">Whether verdicts on values that come again are kept.</param>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static RuleProgram Build(RuleSet set, int? paranoia, Detection detection, bool remembers = true)
    {
        var builder = new ProgramBuilder(set, paranoia is { } level ? Paranoia.At(level, set.Rules) : set.Rules, detection);
        var program = builder.Build(remembers);
        if (builder.faults.Sentences is { Count: > 0 } sentences) throw new PlimsollException("guard-rules", string.Join('\n', sentences), "Nothing of rules that are not understood is loaded.");
        return program;
    }

    private RuleProgram Build(bool remembers)
    {
        var phases = new List<CompiledRule>[RuleProgram.Phases + 1];
        for (var phase = 0; phase < phases.Length; phase++) phases[phase] = [];
        for (var number = 0; number < rules.Count; number++) phases[rules[number].Phase].Add(Compile(rules[number], rules[number], number));
        var all = forms.ToArray();
        return new(Sieve.Build(phases.SelectMany(phase => phase), all), remembers)
        {
            Rules = [.. phases.Select(phase => phase.ToArray())],
            Count = rules.Count,
            Forms = all,
            Names = [.. slots.OrderBy(slot => slot.Value).Select(slot => slot.Key)],
            Files = set.Files,
            NeedsAnswerBody = phases[4].Exists(LooksAtAnswerBody),
        };
    }

    private CompiledRule Compile(Rule rule, Rule first, int number)
    {
        rule = rule with { Actions = [.. rule.Actions.Select(action => action with { Value = Self(action.Value, first) })] };
        var defaults = set.Defaults.GetValueOrDefault(first.Phase) ?? [];
        var disruptive = Disruptive(rule.Actions, defaults);
        var redirects = rule.Id > 0 && disruptive is { Name: "redirect" };
        var path = Path(rule, defaults);
        var argument = rule.Test is { } test && test.Argument.Contains("%{", StringComparison.Ordinal) && (test.Operator != "rx" || Rx.HasMacro(test.Argument)) ? Macro.Read(test.Argument, Slot, rule.Place, faults) : null;
        var probe = rule.Test is null ? null : Probes.Compile(rule.Test, rule.Place, hasMacro: argument is not null, faults);
        return new()
        {
            Source = first,
            Number = number,
            Order = first.Order,
            Targets = [.. rule.Targets.Where(target => !target.IsExcluded).Select(target => Target(target, rule.Place))],
            Excluded = [.. rule.Targets.Where(target => target.IsExcluded).Select(target => Target(target, rule.Place))],
            Probe = probe,
            Needs = probe is null || rule.Id == 0 ? ValueNeeds.Nothing : ValueNeeds.Of(rule.Test!, probe),
            IsNegated = rule.Test?.IsNegated ?? false,
            Overruling = detection == Detection.Structural ? Overruling.Of(rule) : null,
            Argument = argument,
            Form = path[^1],
            Forms = rule.Actions.Any(action => action.Name == "multiMatch") ? path : null,
            Captures = rule.Actions.Any(action => action.Name == "capture"),
            Effects = effects.Read(rule),
            Next = rule.Next is null ? null : Compile(rule.Next, first, number),
            Disruption = Disrupts(disruptive),
            Status = rule.Id > 0 ? Status(Last(first), defaults, redirects) : 0,
            Redirection = redirects ? new(Macro.Read(Self(disruptive!.Value, first)!, Slot, rule.Place, faults)) : null,
            GoesOnAt = rule["skipAfter"] is { } marker ? set.Markers.Where(one => one.Name == marker && one.Order > first.Order).Select(one => one.Order).DefaultIfEmpty(int.MaxValue).First() : 0,
            Skips = int.TryParse(rule["skip"], NumberStyles.None, CultureInfo.InvariantCulture, out var skips) ? skips : 0,
            Message = rule["msg"] is { } message ? Macro.Read(message, Slot, rule.Place, faults) : null,
            Evidence = rule["logdata"] is { } evidence ? Macro.Read(evidence, Slot, rule.Place, faults) : null,
            IsLogged = IsLogged(rule.Actions) ?? IsLogged(defaults) ?? true,
        };
    }

    /// <summary>`%{rule.msg}`: what the rule says of itself.</summary>
    private static string? Self(string? text, Rule rule)
    {
        if (text?.Contains("%{rule.", StringComparison.OrdinalIgnoreCase) != true) return text;
        text = text.Replace("%{rule.id}", rule.Id.ToString(CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase);
        foreach (var name in (string[])["msg", "severity", "rev"]) text = text.Replace($"%{{rule.{name}}}", rule[name], StringComparison.OrdinalIgnoreCase);
        return text;
    }

    private static bool? IsLogged(IReadOnlyList<RuleAction> actions) => actions.LastOrDefault(action => action.Name is "log" or "nolog") is { } last ? last.Name == "log" : null;

    private static RuleAction? Disruptive(IReadOnlyList<RuleAction> actions, IReadOnlyList<RuleAction> defaults)
    {
        var last = actions.LastOrDefault(action => action.Name is "deny" or "drop" or "redirect" or "allow" or "pass" or "block");
        return last is null or { Name: "block" } ? defaults.LastOrDefault(action => action.Name is "deny" or "drop" or "redirect" or "allow" or "pass") : last;
    }

    private static Disruption Disrupts(RuleAction? disruptive) => disruptive switch
    {
        { Name: "deny" or "drop" or "redirect" } => Disruption.Deny,
        { Name: "allow", Value: "phase" } => Disruption.AllowPhase,
        { Name: "allow", Value: "request" } => Disruption.AllowRequest,
        { Name: "allow" } => Disruption.Allow,
        _ => Disruption.None,
    };

    /// <summary>The last rule of a chain that has a status, or its first.</summary>
    private static Rule Last(Rule first)
    {
        var last = first;
        for (var part = first; part is not null; part = part.Next)
            if (part["status"] is not null) last = part;
        return last;
    }

    /// <summary>A refusal has one of 400 and above, a redirection one of 300 to 308; but not 304, whose answer has no body. Any other counts as none.</summary>
    private int Status(Rule rule, IReadOnlyList<RuleAction> defaults, bool redirects)
    {
        const int found = 302, mostOfRedirections = 308, notModified = 304;
        var text = rule["status"] ?? defaults.LastOrDefault(action => action.Name == "status")?.Value;
        if (text is null) return redirects ? found : 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and < 600)
        {
            if (redirects) return status is >= 300 and <= mostOfRedirections and not notModified ? status : found;
            return status >= 400 ? status : 0;
        }
        faults.Add(rule.Place, $"`status:{text}` is no status of HTTP", "Write 400 to 599, or for a redirection 301, 302, 303, 307 or 308.");
        return 0;
    }

    /// <summary>Nodes from the value as it is to the last transformation.</summary>
    private int[] Path(Rule rule, IReadOnlyList<RuleAction> defaults)
    {
        var path = new List<int> { 0 };
        foreach (var name in (rule with { Actions = [.. defaults.Where(action => action.Name == "t"), .. rule.Actions] }).Transformations)
        {
            var transformation = TransformationWords.All[name];
            var node = forms.FindIndex(1, form => form.Before == path[^1] && form.Transformation == transformation);
            if (node < 0)
            {
                node = forms.Count;
                forms.Add(new(path[^1], transformation));
            }
            path.Add(node);
        }
        return [.. path];
    }

    private int Slot(string name)
    {
        var lower = name.ToLowerInvariant();
        if (!slots.TryGetValue(lower, out var slot)) slots[lower] = slot = slots.Count;
        return slot;
    }

    private CompiledTarget Target(Target target, Place place)
    {
        var variable = Variables.Of(target.Variable);
        return new()
        {
            Variable = variable,
            Selection = target.Selection,
            Name = Encoding.Latin1.GetBytes(target.Selector),
            Pattern = target.Selection == Selection.Pattern ? Probes.Pattern("(?i)" + target.Selector, place, faults) : null,
            IsCount = target.IsCount,
            Slot = variable == Variable.Tx && target.Selection == Selection.Name ? Slot(target.Selector) : -1,
        };
    }

    private static bool LooksAtAnswerBody(CompiledRule rule)
    {
        for (var part = rule; part is not null; part = part.Next)
            if (Array.Exists(part.Targets, target => target.Variable == Variable.ResponseBody)) return true;
        return false;
    }
}
