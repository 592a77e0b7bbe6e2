using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>
/// What people type and paste into forms: text, code and manuals that Debian's packages install, in several languages, and families of values made of
/// lists. Read at test time; nothing of it is kept in the project.
/// </summary>
internal static class OrdinaryText
{
    private const int longest = 2000;
    private static readonly Lazy<IReadOnlyList<OrdinaryValue>> values = new(Read);

    /// <summary>Distinct values of 1 to 2,000 bytes, those of one class together; the same on each run on one machine with the same <see cref="CorpusSeed"/>.</summary>
    public static IReadOnlyList<OrdinaryValue> Values() => values.Value;

    /// <summary>Null when the packages are installed, else a sentence for a skip.</summary>
    public static string? Missing => Array.Find(OrdinaryFiles.Needed, path => !Path.Exists(path)) is { } absent ? $"{absent} is not there: the packages that ./test installs are needed, with their documentation" : null;

    private static IReadOnlyList<OrdinaryValue> Read()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<OrdinaryValue>();
        foreach (var (name, kind, texts, most) in Sources())
        {
            var count = 0;
            foreach (var text in texts)
            {
                if (count == most) break;
                if (text.Trim().Length == 0 || text.Contains('\uFFFD', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(text) > longest || !seen.Add(text)) continue;
                all.Add(new(name, kind, Encoding.UTF8.GetBytes(text)));
                count++;
            }
        }
        return all;
    }

    private static IEnumerable<(string Class, OrdinaryKind Kind, IEnumerable<string> Texts, int Most)> Sources()
    {
        foreach (var language in (string[])["", "de", "fr", "es", "pl", "ja", "ru"]) yield return ($"manual {(language.Length == 0 ? "en" : language)}", OrdinaryKind.Text, OrdinaryFiles.Manual(language), 14_000);
        foreach (var language in (string[])["", "de", "es", "it", "pl"]) yield return ($"saying {(language.Length == 0 ? "en" : language)}", OrdinaryKind.Text, OrdinaryFiles.Sayings(language), 12_000);
        yield return ("changelog", OrdinaryKind.Text, OrdinaryFiles.Changelogs(), 16_000);
        yield return ("document", OrdinaryKind.Text, OrdinaryFiles.Documents(), 10_000);
        yield return ("text of a page", OrdinaryKind.Text, OrdinaryFiles.Pages(asMarkup: false), 12_000);
        yield return ("code python", OrdinaryKind.Text, OrdinaryFiles.Code("/usr/lib/python3.11", ".py"), 10_000);
        yield return ("code perl", OrdinaryKind.Text, OrdinaryFiles.Code("/usr/share/perl", ".pm"), 8_000);
        yield return ("code c", OrdinaryKind.Text, OrdinaryFiles.Code("/usr/include", ".h"), 10_000);
        yield return ("code shell", OrdinaryKind.Text, OrdinaryFiles.Code("/var/lib/dpkg/info", "inst").Concat(OrdinaryFiles.Code("/etc", ".sh")), 4_000);
        yield return ("word", OrdinaryKind.Text, OrdinaryFiles.Words(), 12_000);
        foreach (var (name, make) in OrdinaryFamilies.All.Concat(OrdinaryForum.All)) yield return (name, OrdinaryKind.Text, Made(name, make), 2_500);
        yield return ("statement of SQL", OrdinaryKind.Statement, OrdinaryFiles.Statements().Concat(Made("statement of SQL", OrdinaryForum.Statement)), 4_000);
        yield return ("markup of a page", OrdinaryKind.Markup, OrdinaryFiles.Pages(asMarkup: true), 6_000);
    }

    /// <summary>A family has as many as it can make in a bounded number of tries.</summary>
    private static IEnumerable<string> Made(string name, Func<Dice, string> make)
    {
        var seed = name.Aggregate(unchecked(17 + CorpusSeed.Shift), (sum, letter) => unchecked(sum * 31 + letter));
        for (var i = 0; i < 10_000; i++) yield return make(new Dice(unchecked(seed + i)));
    }
}
