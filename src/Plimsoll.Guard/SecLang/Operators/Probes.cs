namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Makes a probe of the operator of a rule. Whatever can fail does so here.</summary>
internal static class Probes
{
    /// <param name="hasMacro">Whether the argument is only known when the rule is asked.</param>
    /// <returns>Null, and a fault, when the argument is not understood.</returns>
    public static Probe? Compile(RuleTest test, Place place, bool hasMacro, RuleFaults faults) => OperatorWords.All[test.Operator].Compile(test.Argument, place, hasMacro, faults);

    public static Probe? Pattern(string pattern, Place place, RuleFaults faults) => PatternProbe.Compile(pattern, place, faults);
}
