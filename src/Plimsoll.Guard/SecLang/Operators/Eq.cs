using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>The number that the value begins with is equal to that of the argument; what is no number counts as 0.</summary>
internal static class Eq
{
    public static readonly Operator Word = Operator.Comparing("eq", "is the number {0}", static (value, argument) => Notes.Number(value) == Notes.Number(argument));
}
