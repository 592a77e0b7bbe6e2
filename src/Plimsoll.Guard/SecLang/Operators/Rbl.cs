namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Nobody is asked over the network or in a database: cannot know. docs/guard-rules.md says where it may stand.</summary>
internal static class Rbl
{
    public static readonly Operator Word = new("rbl", "is an address that {0} lists", static (_, _, _) => new UnknownProbe());
}
