namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Names that a feed gives and that become part of an address or a path.</summary>
internal static class FeedPath
{
    private const int MaxLength = 200;

    /// <summary>Whether a name stays within its folder: printable, no separator, not hidden and not `..`.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxLength && name[0] != '.' && !name.Any(c => c is '/' or '\\' or '%' or '?' or '#' or '\uFFFD' || char.IsControl(c) || char.IsSurrogate(c));
}
