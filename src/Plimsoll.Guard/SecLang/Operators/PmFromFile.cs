namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>One of the lines of a file stands in the value, whatever the case of ASCII letters.</summary>
internal static class PmFromFile
{
    public static readonly Operator Word = new("pmFromFile", "contains a phrase of the file {0}", Compile);
    public static readonly Operator Short = new("pmf", "contains a phrase of the file {0}", Compile);

    private static PhraseProbe? Compile(string argument, Place place, RuleFaults faults) => PhraseLists.Files(argument, place, faults) is { } phrases ? new(phrases) : null;
}
