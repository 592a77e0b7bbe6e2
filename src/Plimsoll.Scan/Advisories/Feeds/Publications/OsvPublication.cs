using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>
/// OSV's bucket (https://google.github.io/osv.dev/data/): `ecosystems.txt` with a name a line; for each a folder with
/// `all.zip`, one JSON file for each advisory in it, the same files one by one as `ID.json`, and `modified_id.csv`.
/// A distribution's releases (`Debian:12`) are listed too; the folder of the distribution holds theirs.
/// </summary>
internal sealed class OsvPublication : IPublication
{
    public const string Id = "osv";

    /// <summary>Bytes of an archive; the largest, with all malicious npm packages, has some 250 MB.</summary>
    private const long ArchiveBytes = 4L << 30;

    private const string Archive = "all.zip";
    private const string List = "ecosystems.txt";

    /// <summary>Bytes of the list; it has some 1,500.</summary>
    private const int ListBytes = 1 << 20;

    public string Feed => Id;
    public string Address => "https://osv-vulnerabilities.storage.googleapis.com/";
    public string Folder => Id;
    public bool ServesAll => false;
    public bool IsFetchedByScans => true;

    public IReadOnlyList<string> Parts(IPlace place)
    {
        using var fetched = place.Fetch(List, default, ListBytes);
        if (fetched.File is null)
            return place.Folders(Archive) ?? throw new PlimsollException("feed-without-list", $"`{place.Describe(List)}`, which lists the ecosystems, is not there: {fetched.Download.Answer}.", "Name the ecosystems by `--ecosystems npm,Debian`, or add the file to the mirror.");
        using var lines = new StreamReader(fetched.Open());
        var names = new List<string>();
        while (lines.ReadLine() is { } line)
        {
            var name = line.Trim();
            if (name.Length == 0 || name[0] == '[') continue; // `[EMPTY]` has the records that name no package, so that nothing could match.
            if (!FeedPath.IsName(name)) throw new PlimsollException("feed-list-malformed", $"`{place.Describe(List)}` has a line that is no name of an ecosystem.", "Check that the right server answers.");
            names.Add(name);
        }
        return [.. names.Where(name => EcosystemNames.Root(name) == name || !names.Contains(EcosystemNames.Root(name))).Distinct().Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> PartsFor(string ecosystem) => [EcosystemNames.Root(ecosystem)];

    public string PathOf(string part) => $"{part}/{Archive}";

    public ImmutableArray<PublishedFile> Files(string part, IPlace place) => [new PublishedFile(PathOf(part), ArchiveBytes)];

    /// <summary>Times of change of all records of an ecosystem.</summary>
    public static PublishedFile Index(string part) => new($"{part}/modified_id.csv", ModifiedIndex.MaxBytes);

    /// <summary>One advisory; the longest known, a kernel's, has 2 MB.</summary>
    public static PublishedFile Record(string part, string id) => new($"{part}/{id}.json", 16 << 20);
}
