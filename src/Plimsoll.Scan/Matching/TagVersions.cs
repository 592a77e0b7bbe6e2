using System.Text;
using Plimsoll.Core.Advisories;
using Plimsoll.Scan.Advisories;

namespace Plimsoll.Scan.Matching;

/// <summary>
/// Reads versions out of the tags that OSV lists of a repository: `v1.2.3`, `openssl-3.0.1`, `OpenSSL_1_1_1k`, `REL_15_2`,
/// `curl-8_1_0`, `version-3.42.0`. What does not begin with a known word or a number (`master-test-2015`) names no release.
/// </summary>
internal static class TagVersions
{
    private static readonly string[] commonWords = ["version", "release", "rel", "ver", "v", "r"];

    /// <summary>An entry on a repository with versions in the place of tags; any other as it is.</summary>
    public static AffectedPackage Resolve(AffectedPackage affected)
    {
        if (affected.Ecosystem != EcosystemNames.Git || affected.Versions.IsEmpty) return affected;
        var words = Words(EcosystemNames.Normalise(affected.Ecosystem, affected.Name));
        // What names no release is not the release in use either.
        return affected with { Versions = [.. affected.Versions.Select(tag => Parse(tag, words)).OfType<string>()] };
    }

    /// <summary>The longest first, so that `v` is not taken off `version`.</summary>
    internal static IReadOnlyList<string> Words(string repository) =>
        [.. UpstreamNames.TagWords(repository).Concat(commonWords).Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(word => word.Length).ThenBy(word => word, StringComparer.Ordinal)];

    /// <returns>Null when the tag names no release.</returns>
    internal static string? Parse(string tag, IReadOnlyList<string> words)
    {
        var rest = tag.AsSpan();
        for (var found = true; found && rest is not ([] or [>= '0' and <= '9', ..]);)
        {
            found = false;
            foreach (var word in words)
                if (rest.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (rest.Length == word.Length || !char.IsAsciiLetter(rest[word.Length])))
                {
                    rest = rest[word.Length..].TrimStart("-_./");
                    found = true;
                    break;
                }
        }
        return rest is [>= '0' and <= '9', ..] ? Dotted(rest) : null;
    }

    /// <summary>Where a tag has no dot, underlines or hyphens between its numbers stand for them: `8_1_0`, `1_1_1k`, `15-2`.</summary>
    private static string Dotted(ReadOnlySpan<char> text)
    {
        if (text.Contains('.')) return text.ToString();
        var version = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            version.Append(text[i] is '_' or '-' ? i + 1 < text.Length && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1]) ? '.' : '-' : text[i]);
        return version.ToString();
    }
}
