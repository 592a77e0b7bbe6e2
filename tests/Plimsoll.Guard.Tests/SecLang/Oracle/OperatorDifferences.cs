namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Where our operators mean to differ from those of libmodsecurity 3.0.9, each with the reason.</summary>
internal static class OperatorDifferences
{
    /// <param name="what">The operator, and its argument when the rule spells it.</param>
    public static bool Excuses(string what, byte[] value, byte[] argument) => false;
}
