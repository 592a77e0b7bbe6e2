using System.Text;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Profiles;

/// <summary>Writes profiles: whole or not at all, and a person's comments stay.</summary>
internal static class ProfileStore
{
    /// <summary>`web.yaml` has its candidates in `web.candidates.yaml`.</summary>
    public static string CandidatesOf(string file) => Path.Combine(Path.GetDirectoryName(file) ?? "", $"{Path.GetFileNameWithoutExtension(file)}.candidates{Path.GetExtension(file)}");

    /// <exception cref="PlimsollException">It cannot be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            var partial = $"{file}.partial";
            File.WriteAllText(partial, text);
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-profile-unwritable", $"`{file}` cannot be written: {thrown.Message.TrimEnd('.')}.", "Name a file in a folder that you may write to.");
        }
    }

    /// <summary>
    /// Writes a profile that is <paramref name="before"/> with more destinations. When only whole entries come to a list in the
    /// file's own lines they are added there and all else stays as it is, comments too; otherwise the file is written anew.
    /// </summary>
    public static void Update(string file, Profile before, Profile after)
    {
        if (File.Exists(file) && Appended(file, before, after) is { } text) Write(file, text);
        else Write(file, ProfileText.Of(after));
    }

    private static string? Appended(string file, Profile before, Profile after)
    {
        var added = after.Egress.Where(rule => !before.Egress.Contains(rule, Same)).ToList();
        if (after.Egress.Length != before.Egress.Length + added.Count) return null; // An entry changes.
        var lines = ReadLines(file);
        var key = lines.FindIndex(line => line.TrimEnd() == "egress:");
        if (key < 0) return null;
        var end = key + 1;
        for (var at = end; at < lines.Count && (lines[at].Length == 0 || lines[at][0] is ' ' or '-' or '#'); at++)
            if (lines[at].TrimStart() is { Length: > 0 } content && content[0] != '#') end = at + 1; // A comment behind the last entry may be of what follows.
        var first = lines.Skip(key + 1).Take(end - key - 1).FirstOrDefault(line => line.TrimStart().StartsWith('-'));
        if (first is null) return null;
        lines.InsertRange(end, added.Select(rule => $"{first[..first.IndexOf('-', StringComparison.Ordinal)]}- {ProfileText.Entry(rule)}"));
        return string.Join('\n', lines);
    }

    private static List<string> ReadLines(string file)
    {
        using var reader = new StreamReader(file, new UTF8Encoding(false));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line); // Read as a profile before, so of bounded size.
        lines.Add("");
        return lines;
    }

    private static IEqualityComparer<EgressRule> Same { get; } = EqualityComparer<EgressRule>.Create((one, other) => one is not null && other is not null && ProfileText.Entry(one) == ProfileText.Entry(other), rule => rule.Key.GetHashCode());
}
