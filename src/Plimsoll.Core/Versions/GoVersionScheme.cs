namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Go modules (https://go.dev/ref/mod#versions) with or without their `v`: semantic versions, so pseudo-versions are
/// pre-releases, and `+incompatible` does not count. Also those of Go itself, which OSV has as packages `stdlib` and
/// `toolchain`: `go1.22.3`, `1.22rc1` (the same as `1.22.0-rc.1`); after `go` all from the first blank, dash or plus sign on is a
/// vendor's and does not count. Absent numbers are zero.
/// </summary>
internal sealed class GoVersionScheme : IVersionScheme
{
    public string Id => "go";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryParse(left, out var a) || !TryParse(right, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryParse(version, out var parsed) && parsed.Preview.IsEmpty;

    private static bool TryParse(ReadOnlySpan<char> text, out SemanticVersion version)
    {
        version = default;
        if (text.Length > VersionSchemes.MaxLength) return false;
        if (text.StartsWith("go"))
        {
            text = text[2..];
            var vendor = text.IndexOfAny(" -+");
            return SemanticVersion.TryParseToolchain(vendor < 0 ? text : text[..vendor], out version);
        }
        return SemanticVersion.TryParse(text.StartsWith('v') ? text[1..] : text, SemanticForms.None, out version)
            || SemanticVersion.TryParseToolchain(text, out version);
    }
}
