namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Nobody is asked elsewhere: cannot know. <see cref="Lookups"/> says where it may stand.</summary>
internal static class Rbl
{
    public static readonly Operator Word = new("rbl", "is an address that {0} lists", static (_, _, _) => new UnknownProbe());
}
