using System.Globalization;
using System.Text;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.SecLang;

/// <summary>The three words of a SecRule: targets, test, actions.</summary>
internal static class RuleText
{
    /// <summary>`ARGS|!ARGS:token|&amp;TX:/^a|b/`: parted at `|` outside of patterns and quotes.</summary>
    public static List<Target> Targets(string text, Place place, RuleFaults faults)
    {
        var targets = new List<Target>();
        var isWrong = false;
        var start = 0;
        var closing = '\0';
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && closing != '\0')
            {
                if (text[at] == '\\') at++;
                else if (text[at] == closing) closing = '\0';
                continue;
            }
            if (at < text.Length && text[at] != '|')
            {
                // XML has XPaths, whose slashes quote nothing.
                if (text[at] is '/' or '\'' && at > start && text[at - 1] == ':' && !text.AsSpan(start, at - start).TrimStart('!').StartsWith("XML", StringComparison.OrdinalIgnoreCase)) closing = text[at];
                continue;
            }
            if (at > start)
            {
                if (One(text[start..Math.Min(at, text.Length)], place, faults) is { } target) targets.Add(target);
                else isWrong = true;
            }
            start = at + 1;
        }
        if (targets.Count == 0 && !isWrong) faults.Add(place, "the rule looks at nothing", "Name a variable, such as `ARGS`.");
        return targets;
    }

    private static Target? One(string text, Place place, RuleFaults faults)
    {
        var (isExcluded, isCount) = (text[0] == '!', text[0] == '&');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var typed = text[(isExcluded || isCount ? 1 : 0)..(colon < 0 ? text.Length : colon)].Trim();
        if (Words.Variables.Known(typed) is not { } variable)
        {
            faults.Add(place, $"the variable `{typed}` is not known here", "docs/guard-rules.md lists those that are.");
            return null;
        }
        var selector = colon < 0 ? "" : text[(colon + 1)..].Trim();
        if (selector.Contains(",!", StringComparison.Ordinal)) faults.Add(place, $"`{text}` has a comma between targets", "Write `|` between them.");
        if (selector.Length > 1 && selector[0] == '\'' && selector[^1] == '\'') selector = selector[1..^1];
        if (variable == "XML")
        {
            if (selector is "/*" or "//@*") return new(variable, Selection.Name, selector, isExcluded, isCount);
            faults.Add(place, $"`XML:{selector}` is an XPath that is not supported", "Use `XML:/*` for texts or `XML://@*` for attributes.");
            return null;
        }
        if (selector.Length == 0) return new(variable, Selection.All, "", isExcluded, isCount);
        return selector.Length > 1 && selector[0] == '/' && selector[^1] == '/' ? new(variable, Selection.Pattern, selector[1..^1], isExcluded, isCount) : new(variable, Selection.Name, selector, isExcluded, isCount);
    }

    /// <summary>`!@rx ^a`; without a name it is a pattern.</summary>
    public static RuleTest? Test(string text, Place place, RuleFaults faults)
    {
        var isNegated = text.StartsWith('!');
        var rest = isNegated ? text[1..].TrimStart() : text;
        if (!rest.StartsWith('@')) return new("rx", rest, isNegated);
        var blank = rest.IndexOf(' ', StringComparison.Ordinal);
        var typed = blank < 0 ? rest[1..] : rest[1..blank];
        if (OperatorWords.All.TryGetValue(typed, out var word)) return new(word.Name, blank < 0 ? "" : rest[(blank + 1)..].TrimStart(), isNegated);
        faults.Add(place, $"the operator `@{typed}` is not known here", "docs/guard-rules.md lists those that are.");
        return null;
    }

    /// <summary>`id:1,phase:2,msg:'a, b'`: parted at commas outside of single quotes; `\'` in them is a quote.</summary>
    public static List<RuleAction> Actions(string text, Place place, RuleFaults faults)
    {
        var actions = new List<RuleAction>();
        for (var at = 0; at < text.Length; at++)
        {
            while (at < text.Length && (text[at] == ',' || char.IsWhiteSpace(text[at]))) at++;
            if (at == text.Length) break;
            var start = at;
            while (at < text.Length && text[at] is not (',' or ':')) at++;
            var typed = text[start..at].Trim();
            var value = at < text.Length && text[at] == ':' ? Value(text, ref at, place, faults) : null;
            if (Action(typed, value, place, faults) is { } action) actions.Add(action);
        }
        return actions;
    }

    private static string Value(string text, ref int at, Place place, RuleFaults faults)
    {
        var value = new StringBuilder();
        var isQuoted = ++at < text.Length && text[at] == '\'';
        if (isQuoted) at++;
        while (at < text.Length && text[at] != (isQuoted ? '\'' : ','))
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '\'') at++;
            value.Append(text[at++]);
        }
        if (!isQuoted) return value.ToString().Trim();
        if (at++ == text.Length) faults.Add(place, "a single quote of an action is not closed", "Close it, and write quotes within as `\\'`.");
        return value.ToString();
    }

    private static RuleAction? Action(string typed, string? value, Place place, RuleFaults faults)
    {
        if (Words.Actions.Known(typed) is not { } name)
        {
            faults.Add(place, $"the action `{typed}` is not known here", "docs/guard-rules.md lists those that are.");
            return null;
        }
        if (Words.Actions[name] == "yes" && string.IsNullOrEmpty(value)) faults.Add(place, $"the action `{name}` has no value", $"Write it as `{name}:VALUE`.");
        if (Words.Actions[name] == "no" && value is not null) faults.Add(place, $"the action `{name}` has the value `{value}`", "It takes none: a comma may be missing.");
        if (name == "t" && value is not null && !TransformationWords.All.ContainsKey(value)) faults.Add(place, $"the transformation `{value}` is not known here", "docs/guard-rules.md lists those that are.");
        if (name == "ctl" && value is not null && !Words.Controls.Contains(value.Split('=')[0].Trim())) faults.Add(place, $"`ctl:{value}` is not known here", "docs/guard-rules.md lists those that are.");
        return new(name, value);
    }

    /// <summary>`2`, `request`, `logging`; 0 when it is none.</summary>
    public static int Phase(string text) => text.ToLowerInvariant() switch
    {
        "request" => 2,
        "response" => 4,
        "logging" => 5,
        ['1' or '2' or '3' or '4' or '5'] => text[0] - '0',
        _ => 0,
    };

    /// <summary>`920100 930000-930999, 941100`: null when it is not.</summary>
    public static List<(int First, int Last)>? Ids(IEnumerable<string> words)
    {
        var ranges = new List<(int, int)>();
        foreach (var word in words.SelectMany(word => word.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            var dash = word.IndexOf('-', StringComparison.Ordinal);
            if (!Id(dash < 0 ? word : word[..dash], out var first) || !Id(dash < 0 ? word : word[(dash + 1)..], out var last) || last < first) return null;
            ranges.Add((first, last));
        }
        return ranges.Count > 0 ? ranges : null;
    }

    public static bool Id(string? text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
}
