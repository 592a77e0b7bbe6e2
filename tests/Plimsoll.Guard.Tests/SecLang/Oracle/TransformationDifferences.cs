namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Where our transformations mean to differ from those of libmodsecurity 3.0.9, each with the reason.</summary>
internal static class TransformationDifferences
{
    private delegate bool Excuse(byte[] value, byte[] theirs, byte[] ours);

    private static readonly Dictionary<string, Excuse> excuses = new(StringComparer.OrdinalIgnoreCase)
    {
    };

    public static bool Has(string name) => excuses.ContainsKey(name);

    public static bool Excuses(string name, byte[] value, byte[] theirs, byte[] ours) => excuses.TryGetValue(name, out var excuse) && excuse(value, theirs, ours);
}
