using System.Globalization;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>The paranoia level of the Core Rule Set as an option: after the setup, which may say another, and before the rules that fill in what it leaves open.</summary>
internal static class Paranoia
{
    public const int Most = 4;

    /// <summary>Where the Core Rule Set begins after its setup.</summary>
    private const int initialisation = 901_000;

    private const int afterInitialisation = 902_000;

    public static IReadOnlyList<Rule> At(int level, IReadOnlyList<Rule> rules)
    {
        var first = rules.ToList().FindIndex(rule => rule.Id is >= initialisation and < afterInitialisation);
        var at = Math.Max(first, 0);
        var added = Rules(level).Select(rule => rule with { Order = rules.Count > 0 ? rules[at].Order : 0 });
        return [.. rules.Take(at), .. added, .. rules.Skip(at)];
    }

    /// <summary>Names of CRS 4 and of CRS 3. Rules that only report are never of a lower level than those that count.</summary>
    private static IReadOnlyList<Rule> Rules(int level)
    {
        var text = string.Format(CultureInfo.InvariantCulture,
            """
            SecAction "id:1,phase:1,nolog,pass,setvar:tx.blocking_paranoia_level={0},setvar:tx.paranoia_level={0}"
            SecRule TX:detection_paranoia_level "@lt {0}" "id:2,phase:1,nolog,pass,setvar:tx.detection_paranoia_level={0}"
            SecRule TX:executing_paranoia_level "@lt {0}" "id:3,phase:1,nolog,pass,setvar:tx.executing_paranoia_level={0}"
            """, level);
        var faults = new RuleFaults();
        var reader = new RuleReader(faults);
        foreach (var directive in RuleLines.Read("--paranoia", text, faults)) reader.Take(directive);
        return reader.Rules;
    }
}
