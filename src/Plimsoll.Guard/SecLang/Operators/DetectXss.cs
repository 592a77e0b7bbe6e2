using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>By the grammar of HTML: <see cref="MarkupInjection"/>.</summary>
internal static class DetectXss
{
    public static readonly Operator Word = Operator.Asking("detectXSS", "is a script in markup", MarkupInjection.IsInjection);
}
