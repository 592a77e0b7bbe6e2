using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Reads what a rule does for each match: setvar, initcol, expirevar and ctl.</summary>
internal sealed class EffectReader(IReadOnlyList<Rule> rules, Func<string, int> slot, Func<Target, Place, CompiledTarget> target, RuleFaults faults)
{
    /// <summary>Time for one tag or sentence of a rule, while rules are loaded: the clock runs on while a busy machine does other things.</summary>
    private static readonly TimeSpan mostOfPattern = TimeSpan.FromSeconds(5);

    public Effect[] Read(Rule rule)
    {
        var effects = new List<Effect>();
        foreach (var action in rule.Actions)
        {
            var effect = action.Name switch
            {
                "setvar" => SetVar(action.Value!, rule.Place),
                "initcol" => InitCol(action.Value!, rule.Place),
                "expirevar" => ExpireVar(action.Value!, rule.Place),
                "ctl" => Control(action.Value!, rule.Place),
                _ => null,
            };
            if (effect is not null) effects.Add(effect);
        }
        return [.. effects];
    }

    private SetNote? SetVar(string text, Place place)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var left = (equals < 0 ? text : text[..equals]).Trim();
        var right = equals < 0 ? "1" : text[(equals + 1)..];
        var change = left.StartsWith('!') ? SetNote.Change.Unset : equals < 0 ? SetNote.Change.Set : right switch
        {
            ['+', ..] => SetNote.Change.Add,
            ['-', ..] => SetNote.Change.Subtract,
            _ => SetNote.Change.Set,
        };
        if (change is SetNote.Change.Add or SetNote.Change.Subtract) right = right[1..];
        if (Split(left.TrimStart('!'), $"setvar:{text}", place) is not var (collection, name)) return null;
        var isSpelt = collection == Variable.Tx && !name.Contains("%{", StringComparison.Ordinal);
        return new(collection, Macro.Read(name, slot, place, faults), isSpelt ? slot(name) : -1, change, Macro.Read(right, slot, place, faults));
    }

    private OpenCollection? InitCol(string text, Place place)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && Collection(text[..equals]) is { } collection && collection != Variable.Tx) return new(collection, Macro.Read(text[(equals + 1)..], slot, place, faults));
        faults.Add(place, $"`initcol:{text}` opens no collection that is known here", "Write it as `initcol:ip=%{REMOTE_ADDR}`; there are `ip`, `global` and `session`.");
        return null;
    }

    private ExpireNote? ExpireVar(string text, Place place)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) faults.Add(place, $"`expirevar:{text}` has no time", "Write seconds, as `expirevar:ip.blocked=60`.");
        else if (Split(text[..equals], $"expirevar:{text}", place) is var (collection, name)) return new(collection, Macro.Read(name, slot, place, faults), Macro.Read(text[(equals + 1)..], slot, place, faults));
        return null;
    }

    /// <summary>`tx.name`.</summary>
    private (Variable Collection, string Name)? Split(string text, string whole, Place place)
    {
        var dot = text.IndexOfAny(['.', ':']);
        if (dot > 0 && dot + 1 < text.Length && Collection(text[..dot]) is { } collection) return (collection, text[(dot + 1)..]);
        faults.Add(place, $"`{whole}` names no variable that can be set", "Write it as `tx.name`; there are `tx`, `ip`, `global` and `session`.");
        return null;
    }

    private static Variable? Collection(string name) => name.Trim().ToLowerInvariant() switch
    {
        "tx" => Variable.Tx,
        "ip" => Variable.Ip,
        "global" => Variable.Global,
        "session" => Variable.Session,
        _ => null,
    };

    private Effect? Control(string text, Place place)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (name, argument) = equals < 0 ? (text.Trim(), "") : (text[..equals].Trim(), text[(equals + 1)..].Trim());
        switch (name.ToLowerInvariant())
        {
            case "ruleengine" when Enum.TryParse<Engine>(argument, ignoreCase: true, out var engine):
                return new SetEngine(engine);
            case "forcerequestbodyvariable":
                return new ForceBody(argument.Equals("on", StringComparison.OrdinalIgnoreCase));
            case "requestbodyprocessor" when argument.ToUpperInvariant() is "URLENCODED" or "MULTIPART" or "XML" or "JSON":
                return new SetProcessor(Encoding.ASCII.GetBytes(argument.ToUpperInvariant()));
            case "ruleremovebyid" or "ruleremovebytag" or "ruleremovebymsg" when Chosen(name["ruleRemoveBy".Length..], argument) is { } removed:
                return new RemoveRules(removed);
            case "ruleremovetargetbyid" or "ruleremovetargetbytag" or "ruleremovetargetbymsg" when argument.Split(';', 2) is [var which, var named]:
                if (Chosen(name["ruleRemoveTargetBy".Length..], which.Trim()) is not { } chosen) break;
                return RuleText.Targets(named.Trim(), place, faults) is [var one] ? new RemoveTarget(chosen, target(one with { IsExcluded = true }, place)) : null;
            case "auditengine" or "auditlogparts" or "requestbodyaccess" or "requestbodylimit":
                return null; // The site's own affair: docs/guard-rules.md says so.
        }
        faults.Add(place, $"`ctl:{text}` is not understood", "docs/guard-rules.md has the forms of each.");
        return null;
    }

    /// <summary>The rules that are meant, as bits; null when the choice is malformed.</summary>
    private ulong[]? Chosen(string by, string argument)
    {
        Predicate<Rule> chosen;
        if (by.Equals("Id", StringComparison.OrdinalIgnoreCase))
        {
            if (RuleText.Ids([argument]) is not { } ranges) return null;
            chosen = rule => ranges.Exists(range => rule.Id >= range.First && rule.Id <= range.Last);
        }
        else
        {
            try
            {
                var pattern = new Regex(argument, RegexOptions.CultureInvariant, mostOfPattern);
                chosen = by.Equals("Tag", StringComparison.OrdinalIgnoreCase) ? rule => rule.Tags.Any(pattern.IsMatch) : rule => rule["msg"] is { } msg && pattern.IsMatch(msg);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
        var bits = new ulong[(rules.Count + 63) / 64];
        try
        {
            for (var number = 0; number < rules.Count; number++)
                if (chosen(rules[number])) bits[number >> 6] |= 1UL << (number & 63);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
        return bits;
    }
}
