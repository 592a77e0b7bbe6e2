using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>By the grammar of SQL: <see cref="SqlInjection"/>.</summary>
internal static class DetectSqli
{
    public static readonly Operator Word = Operator.Asking("detectSQLi", "is an SQL injection", SqlInjection.IsInjection);
}
