using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Profiles;

/// <summary>Writes profiles: whole or not at all, and a person's comments stay.</summary>
internal static class ProfileStore
{
    /// <summary>`web.yaml` has its candidates in `web.candidates.yaml`.</summary>
    public static string CandidatesOf(string file) => Path.Combine(Path.GetDirectoryName(file) ?? "", $"{Path.GetFileNameWithoutExtension(file)}.candidates{Path.GetExtension(file)}");

    /// <summary>Bytes of a file; ten thousand statements have ten million.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>A statement has about thirty values.</summary>
    public static readonly YamlBounds Bounds = ConfigFile.Bounds with { Nodes = 4_000_000 };

    /// <exception cref="IOException">It is too long, or cannot be read.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string Load(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > MostBytes) throw new IOException($"it has more than {MostBytes:N0} bytes");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
    }

    /// <summary>The lines of one member of the file, such as `postgres`, or all others but `schema`; empty when there is no file.</summary>
    public static string Lines(string file, string member, bool others)
    {
        if (!File.Exists(file)) return "";
        var kept = new StringBuilder();
        var (isMember, isSchema) = (false, false);
        foreach (var line in Load(file).Split('\n'))
        {
            if (line.Length > 0 && line[0] is not (' ' or '#' or '-' or '\r')) (isMember, isSchema) = (line.StartsWith($"{member}:", StringComparison.Ordinal), line.StartsWith("schema:", StringComparison.Ordinal));
            if (line.Length > 0 && (others ? !isMember && !isSchema : isMember)) kept.Append(line).Append('\n');
        }
        return kept.ToString();
    }

    /// <exception cref="PlimsollException">It cannot be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            var partial = $"{file}.{Environment.ProcessId}.partial";
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
    /// file's own lines they are added there and all else stays as it is, comments too; otherwise the file is written anew, but for
    /// what it says of statements.
    /// </summary>
    public static void Update(string file, Profile before, Profile after)
    {
        if (File.Exists(file) && Appended(file, before, after) is { } text) Write(file, text);
        else WriteAnew(file, after);
    }

    /// <summary>All but what the file says of statements is written anew.</summary>
    public static void WriteAnew(string file, Profile profile) => Write(file, ProfileText.Of(profile) + Lines(file, StatementProfileFile.Member, others: false));

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
