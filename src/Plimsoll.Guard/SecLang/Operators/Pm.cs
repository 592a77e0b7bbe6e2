namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>One of the words of the argument stands in the value, whatever the case of ASCII letters.</summary>
internal static class Pm
{
    public static readonly Operator Word = new("pm", "contains one of: {0}", static (argument, _, _) => new PhraseProbe(PhraseLists.Words(argument)));
}
