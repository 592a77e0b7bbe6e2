using System.Runtime.CompilerServices;
using System.Text;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>A file of tests/golden/feeds/FEED: what a feed publishes, a line of dashes, and what its reader makes of it.</summary>
internal sealed record FeedCase(string Feed, string Name, string Path)
{
    private const string Line = "\n----------------------------------------\n";

    public static string Folder { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(Here(), "../../../golden/feeds"));

    public static IEnumerable<FeedCase> All() => Directory.EnumerateFiles(Folder, "*.feed", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => new FeedCase(System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)!), System.IO.Path.GetFileNameWithoutExtension(path), path));

    public static FeedCase Named(string name) => All().Single(one => $"{one.Feed}/{one.Name}" == name);

    public byte[] Input => Encoding.UTF8.GetBytes(Parts().Input);

    public string Expected => Parts().Expected;

    /// <summary>What a reader makes of bytes: an entry of some lines for each thing that it found, in its order, and its problems.</summary>
    public static (List<string> Entries, List<Problem> Problems) Read(string feed, Stream source)
    {
        var problems = new ProblemLog(feed);
        var entries = new List<string>();
        try
        {
            Read(feed, source, entries, problems);
        }
        catch (UnreadableException damaged)
        {
            problems.Report(damaged.Kind, "feed", damaged.Message);
        }
        return (entries, [.. problems.All()]);
    }

    private static void Read(string feed, Stream source, List<string> entries, ProblemLog problems)
    {
        switch (feed)
        {
            case "debian-tracker":
                DebianTracker.Read(source, "feed", advisory => entries.Add(Show(advisory)), problems);
                break;
            case "secdb":
                AlpineSecdb.Read(source, "feed", advisory => entries.Add(Show(advisory)), problems);
                break;
            case "csaf":
                RedHatVex.Read(source, "feed", advisory => entries.Add(Show(advisory)), problems);
                break;
            case "nvd":
                Nvd.Read(source, "feed", advisory => entries.Add(Show(advisory)), problems);
                break;
            case "kev":
                Kev.Read(source, "feed", entry => entries.Add(Show(entry)), problems);
                break;
            case "epss":
                var head = Epss.Read(source, "feed", (cve, probability) => entries.Add(FormattableString.Invariant($"{cve} {probability.Score:R} {probability.Percentile:R}\n")), problems);
                entries.Add(FormattableString.Invariant($"model {head.Model}, day {head.Date:yyyy-MM-dd}\n"));
                break;
            case "lifecycle":
                EndOfLife.Read(source, "feed", product => entries.Add(Show(product)), problems);
                break;
            case "lifecycle-sources":
                EndOfLife.ReadLines(source, "feed", product => entries.Add(Show(product)), problems);
                break;
            default:
                throw new ArgumentException($"No reader for `{feed}`.", nameof(feed));
        }
    }

    public static string Show(Advisory advisory)
    {
        var to = new StringBuilder();
        to.Append(advisory.Id).Append(" of ").Append(advisory.Feed).Append('\n');
        Field("also", string.Join(", ", advisory.Aliases));
        Field("published", $"{advisory.Published:u}");
        Field("modified", $"{advisory.Modified:u}");
        Field("withdrawn", $"{advisory.Withdrawn:u}");
        Field("summary", advisory.Summary);
        Field("details", advisory.Details);
        foreach (var severity in advisory.Severities) Field(severity.Type, severity.Score);
        Field("weakness", string.Join(", ", advisory.Weaknesses.Select(Cwe.Name)));
        foreach (var affected in advisory.Affected)
        {
            Field(affected.Ecosystem, $"{affected.Name} {affected.Status}{string.Concat(affected.Severities.Select(severity => $" ({severity.Type}: {severity.Score})"))}");
            foreach (var range in affected.Ranges) Field("  range", string.Join(", ", range.Events.Select(one => $"{one.Kind} {one.Version}")));
            Field("  versions", string.Join(", ", affected.Versions));
        }
        foreach (var page in advisory.References) Field("see", page);
        return to.ToString();

        void Field(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) to.Append("  ").Append(name).Append(": ").Append(value).Append('\n');
        }
    }

    public static string Show(KnownExploited entry) =>
        FormattableString.Invariant($"{entry.Cve} {entry.Name}, {entry.Vendor}, {entry.Product}, added {entry.Added:yyyy-MM-dd}, due {entry.Due:yyyy-MM-dd}, ransomware {entry.UsedByRansomware}, action {entry.RequiredAction}, see {entry.Notes}\n");

    public static string Show(Lifecycle product) =>
        $"{product.Id} ({product.Title}), {product.Category}\n" +
        string.Concat(product.Identifiers.Select(identifier => $"  {identifier.Type}: {identifier.Id}\n")) +
        string.Concat(product.Cycles.Select(cycle => FormattableString.Invariant($"  {cycle.Name} {cycle.Codename}, released {cycle.Released:yyyy-MM-dd}, lts {Show(cycle.LongTermSupport)}, active {Show(cycle.EndOfActiveSupport)}, end {Show(cycle.EndOfLife)}, extended {Show(cycle.EndOfExtendedSupport)}, discontinued {Show(cycle.Discontinued)}, latest {cycle.Latest} {cycle.LatestReleased:yyyy-MM-dd} {cycle.Link}\n")));

    public static string Show(Milestone milestone) => milestone.Date is { } date ? FormattableString.Invariant($"{date:yyyy-MM-dd}") : milestone.KnownPast switch { null => "?", true => "past", false => "not yet" };

    public string Actual()
    {
        var (entries, problems) = Read(Feed, new MemoryStream(Input));
        return string.Concat(entries) + string.Concat(problems.Select(problem => $"{problem.Kind} {problem.Where}: {problem.Message}\n"));
    }

    public void Rewrite(string expected) => File.WriteAllText(Path, Parts().Input.TrimEnd('\n') + Line + expected);

    private (string Input, string Expected) Parts()
    {
        var text = File.ReadAllText(Path);
        var at = text.IndexOf(Line, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..(at + 1)], text[(at + Line.Length)..]);
    }

    private static string Here([CallerFilePath] string path = "") => System.IO.Path.GetDirectoryName(path)!;
}
