using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>The number that the value begins with is at most that of the argument; what is no number counts as 0.</summary>
internal static class Le
{
    public static readonly Operator Word = Operator.Comparing("le", "is at most {0}", static (value, argument) => Notes.Number(value) <= Notes.Number(argument));
}
