namespace Plimsoll.Core.Versions;

/// <summary>
/// Semantic Versioning 2.0.0 as OSV's ranges of type SEMVER have it: strict, but one `v` may stand before (tags of actions and of
/// Swift packages have it), and of the three numbers the last or the last two may be absent and are then zero. Builds do not count.
/// </summary>
internal sealed class SemVerVersionScheme : IVersionScheme
{
    public string Id => "semver";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryParse(left, out var a) || !TryParse(right, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryParse(version, out var parsed) && parsed.Preview.IsEmpty;

    private static bool TryParse(ReadOnlySpan<char> text, out SemanticVersion version) =>
        SemanticVersion.TryParse(text.StartsWith('v') ? text[1..] : text, SemanticForms.None, out version);
}
