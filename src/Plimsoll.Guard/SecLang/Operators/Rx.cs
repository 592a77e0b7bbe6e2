namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>A pattern of PCRE over bytes: the point matches line feeds, `^` only the beginning and `$` only the very end, as in ModSecurity 2.</summary>
internal static class Rx
{
    public static readonly Operator Word = new("rx", "matches the pattern `{0}`", static (argument, place, faults) => PatternProbe.Compile(argument, place, faults));
}
