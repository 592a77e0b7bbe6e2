namespace Plimsoll.Core.Tests.Versions;

/// <summary>
/// tests/golden/versions/SCHEME.txt. A line is a chain `a &lt; b = c`, or one of `stable a`, `preview a` (valid, not stable),
/// `invalid a`, or a comment after `#`.
/// </summary>
internal sealed class ComparisonFile
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests/golden/versions");

    /// <summary>Each version with whether it is newer than the one before it (or else the same).</summary>
    public List<(string Version, bool Newer)[]> Chains { get; } = [];
    public List<string> Stable { get; } = [];
    public List<string> Preview { get; } = [];
    public List<string> Invalid { get; } = [];

    public IEnumerable<string> Valid => Chains.SelectMany(chain => chain.Select(link => link.Version)).Concat(Stable).Concat(Preview).Distinct(StringComparer.Ordinal);

    public static ComparisonFile Read(string id)
    {
        var file = new ComparisonFile();
        foreach (var line in File.ReadLines(Path.Combine(Folder, id + ".txt")).Where(line => line.Length > 0 && line[0] != '#'))
            if (!file.Says(file.Stable, "stable", line) && !file.Says(file.Preview, "preview", line) && !file.Says(file.Invalid, "invalid", line))
                file.AddChain(line);
        return file;
    }

    private bool Says(List<string> list, string what, string line)
    {
        if (!$"{line} ".StartsWith(what + " ", StringComparison.Ordinal)) return false;
        list.Add(line.Length > what.Length ? line[(what.Length + 1)..] : "");
        return true;
    }

    private void AddChain(string line)
    {
        var words = line.Replace(" < ", "\n<", StringComparison.Ordinal).Replace(" = ", "\n=", StringComparison.Ordinal).Split('\n');
        if (words.Length == 1) throw new InvalidDataException($"`{line}` compares nothing");
        Chains.Add([.. words.Select((word, i) => i == 0 ? (word, false) : (word[1..], word[0] == '<'))]);
    }
}
