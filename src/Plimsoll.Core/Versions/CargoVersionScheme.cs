namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Rust crates: semantic versions without any prefix, by precedence, as RustSec's and OSV's ranges have them, so
/// builds do not count. Absent numbers are zero.
/// </summary>
internal sealed class CargoVersionScheme : IVersionScheme
{
    public string Id => "cargo";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!SemanticVersion.TryParse(left, SemanticForms.None, out var a) || !SemanticVersion.TryParse(right, SemanticForms.None, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => SemanticVersion.TryParse(version, SemanticForms.None, out var parsed) && parsed.Preview.IsEmpty;
}
