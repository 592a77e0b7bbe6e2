using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>Red Hat's VEX documents: an archive of all, whose name another file says, and the list of those that are gone since.</summary>
internal sealed class VexPublication : IPublication
{
    private const string Part = "Red Hat";

    /// <summary>Bytes of the archive; it has some 300 MB.</summary>
    private const long ArchiveBytes = 4L << 30;

    private const long DeletionsBytes = 64 << 20;

    /// <summary>Bytes of the archive's name.</summary>
    private const int NameBytes = 1024;

    public string Feed => RedHatVex.FeedId;
    public string Address => RedHatVex.Publisher;
    public string Folder => Feed;
    public bool ServesAll => false;
    public bool IsFetchedByScans => false;

    public IReadOnlyList<string> Parts(IPlace place) => [Part];

    public IReadOnlyList<string> PartsFor(string ecosystem) => EcosystemNames.Root(ecosystem) == Part ? [Part] : [];

    public string PathOf(string part) => RedHatVex.Deletions;

    public ImmutableArray<PublishedFile> Files(string part, IPlace place)
    {
        var latest = new PublishedFile(RedHatVex.ArchiveName, NameBytes);
        using var fetched = place.Fetch(latest.Path, default, latest.Limit);
        if (fetched.File is null) return [latest]; // Its absence is then told as that of any file.
        using var content = fetched.Open();
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var name = Encoding.UTF8.GetString(bytes).Trim();
        return FeedPath.IsName(name) && VexFiles.IsArchive(name) ? [new PublishedFile(name, ArchiveBytes), new PublishedFile(RedHatVex.Deletions, DeletionsBytes, IsOptional: true)]
            : throw new PlimsollException("feed-list-malformed", $"`{place.Describe(latest.Path)}` holds no name of an archive.", "Check that the right server answers.");
    }
}
