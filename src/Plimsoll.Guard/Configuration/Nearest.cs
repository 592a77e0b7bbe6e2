namespace Plimsoll.Guard.Configuration;

/// <summary>What was most likely meant by a word that is not known.</summary>
internal static class Nearest
{
    private const int longest = 64;

    /// <summary>The known word with the fewest letters to change; null when all are too different.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        if (word.Length > longest) return null;
        var plain = word.Replace("_", "-", StringComparison.Ordinal).ToLowerInvariant();
        return known.Select(one => (Word: one, Changes: Changes(plain, one.ToLowerInvariant())))
            .Where(one => one.Changes <= Math.Max(1, one.Word.Length / 3))
            .OrderBy(one => one.Changes).Select(one => one.Word).FirstOrDefault();
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Changes(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
