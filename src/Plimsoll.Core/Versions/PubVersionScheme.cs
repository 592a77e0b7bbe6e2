namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Dart packages, as the package pub_semver orders them (https://pub.dev/packages/pub_semver): semantic versions, but
/// builds count: none comes before any, and two are compared as pre-releases are. Leading zeros are accepted, absent numbers are
/// zero.
/// </summary>
internal sealed class PubVersionScheme : IVersionScheme
{
    public string Id => "pub";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!SemanticVersion.TryParse(left, SemanticForms.LeadingZeros, out var a) || !SemanticVersion.TryParse(right, SemanticForms.LeadingZeros, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        if (order == 0) order = SemanticVersion.CompareIdentifiers(a.Build, false, b.Build, false);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => SemanticVersion.TryParse(version, SemanticForms.LeadingZeros, out var parsed) && parsed.Preview.IsEmpty;
}
