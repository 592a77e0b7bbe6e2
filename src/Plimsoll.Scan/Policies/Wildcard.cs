namespace Plimsoll.Scan.Policies;

/// <summary>Patterns of a policy: `*` stands for any characters, in a path for any but `/`, and `**` there for any.</summary>
internal static class Wildcard
{
    public static bool Fits(string pattern, string text) => Fits(pattern, text, isPath: false);

    public static bool FitsPath(string pattern, string path) => Fits(pattern, path, isPath: true);

    /// <summary>Remembers which places of the text a prefix of the pattern can end at, so that it takes pattern × text steps at most.</summary>
    private static bool Fits(string pattern, string text, bool isPath)
    {
        var reached = new bool[text.Length + 1];
        reached[0] = true;
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] != '*')
            {
                for (var i = text.Length; i > 0; i--) reached[i] = reached[i - 1] && text[i - 1] == pattern[at];
                reached[0] = false;
                continue;
            }
            var isDouble = at + 1 < pattern.Length && pattern[at + 1] == '*';
            if (isDouble) at++;
            for (var i = 1; i <= text.Length; i++) reached[i] |= reached[i - 1] && (!isPath || isDouble || text[i - 1] != '/');
        }
        return reached[^1];
    }
}
