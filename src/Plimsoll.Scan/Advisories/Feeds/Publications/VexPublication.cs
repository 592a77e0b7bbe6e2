using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>Red Hat's VEX documents: an archive of all, whose name another file says, and lists of those that changed or are gone since (<see cref="VexChanges"/>).</summary>
internal sealed class VexPublication : IPublication
{
    private const string Part = "Red Hat";

    /// <summary>Bytes of the archive; it has some 300 MB.</summary>
    private const long ArchiveBytes = 4L << 30;

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

    public ImmutableArray<PublishedFile> Files(string part, IPlace place) => ArchiveName(place) is { } name
        ? [new PublishedFile(name, ArchiveBytes), new PublishedFile(RedHatVex.Deletions, VexList.MostBytes, IsOptional: true)]
        : [new PublishedFile(RedHatVex.ArchiveName, NameBytes)]; // Its absence is then told as that of any file.

    /// <summary>Name of the newest archive; null where nothing says it.</summary>
    /// <exception cref="PlimsollException">What should say it does not.</exception>
    public static string? ArchiveName(IPlace place)
    {
        using var fetched = place.Fetch(RedHatVex.ArchiveName, default, NameBytes);
        if (fetched.File is null) return null;
        using var content = fetched.Open();
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var name = Encoding.UTF8.GetString(bytes).Trim();
        return FeedPath.IsName(name) && VexFiles.IsArchive(name) ? name : throw new PlimsollException("feed-list-malformed", $"`{place.Describe(RedHatVex.ArchiveName)}` holds no name of an archive.", "Check that the right server answers.");
    }
}
