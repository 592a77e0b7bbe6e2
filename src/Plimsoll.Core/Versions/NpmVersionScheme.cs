namespace Plimsoll.Core.Versions;

/// <summary>
/// Semantic versions as node's `semver` reads them with its option loose: `v`, `=` and blanks before, blanks after, leading
/// zeros, a pre-release without its dash (`1.9.0b1`). Unlike there, absent numbers are zero (advisories say `1.1`), numbers
/// have no upper bound, and a number is never cut in two: `1.2.33.4` is no version, not `1.2.3-3.4`. Builds do not count.
/// </summary>
internal sealed class NpmVersionScheme : IVersionScheme
{
    public string Id => "npm";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryParse(left, out var a) || !TryParse(right, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryParse(version, out var parsed) && parsed.Preview.IsEmpty;

    internal static bool TryParse(ReadOnlySpan<char> text, out SemanticVersion version)
    {
        version = default;
        return text.Length <= VersionSchemes.MaxLength
            && SemanticVersion.TryParse(text.TrimStart(" \t\r\nv=").TrimEnd(" \t\r\n"), SemanticForms.LeadingZeros | SemanticForms.BarePreview, out version);
    }
}
