namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Cases of ModSecurity's own tests that are decided otherwise here, each with the reason.</summary>
internal static class EngineDifferences
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
    };
}
