using System.Text.Unicode;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Has bytes that are no UTF-8: overlong forms and surrogates are none.</summary>
internal static class ValidateUtf8Encoding
{
    public static readonly Operator Word = Operator.Asking("validateUtf8Encoding", "is not UTF-8", static value => !Utf8.IsValid(value));
}
