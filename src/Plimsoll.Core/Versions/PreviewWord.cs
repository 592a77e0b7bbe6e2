namespace Plimsoll.Core.Versions;

/// <summary>Words that say that a version comes before the release it is named for.</summary>
internal static class PreviewWord
{
    private const int Longest = 10;

    /// <summary>Its stage, the earliest first; -1 when it is no such word. Capitals do not count.</summary>
    public static int Stage(ReadOnlySpan<char> word)
    {
        if (word.Length > Longest) return -1;
        Span<char> lower = stackalloc char[Longest];
        return lower[..word.ToLowerInvariant(lower)] switch
        {
            "dev" or "devel" or "snapshot" or "nightly" or "canary" => 0,
            "alpha" or "alfa" or "a" => 1,
            "beta" or "b" => 2,
            "milestone" or "m" or "ea" => 3,
            "pre" or "preview" or "prerelease" => 4,
            "rc" or "cr" => 5,
            _ => -1,
        };
    }

    /// <summary>Names of version control systems: after a mark that sorts below the release, a state on the way to it.</summary>
    public static bool IsVersionControl(ReadOnlySpan<char> word) => word is "git" or "svn" or "hg" or "bzr" or "cvs";
}
