using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>Alpine's security database: for each release (`v3.20`, `edge`) a folder with one file for each of two repositories. The server lists its folders as HTML.</summary>
internal sealed class AlpinePublication : IPublication
{
    private const string Main = "main.json";

    /// <summary>Bytes of one database; the largest has some 2 MB.</summary>
    private const long DatabaseBytes = 64 << 20;

    private const int ListBytes = 1 << 20;

    public string Feed => AlpineSecdb.FeedId;
    public string Address => AlpineSecdb.Publisher;
    public string Folder => Feed;
    public bool ServesAll => false;
    public bool IsFetchedByScans => true;

    public IReadOnlyList<string> Parts(IPlace place)
    {
        if (place.Folders(Main) is { } folders) return folders;
        using var fetched = place.Fetch("", default, ListBytes);
        var page = fetched.File is null ? "" : Text(fetched);
        string[] releases = [.. Link().Matches(page).Select(link => link.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];
        return releases.Length > 0 ? releases : throw new PlimsollException("feed-without-list", $"`{place.Describe("")}` lists no releases of Alpine: {fetched.Download.Answer ?? "no link in it is one"}.", "Name the releases by `--ecosystems Alpine:v3.20`, or let the mirror list its folders.");
    }

    public IReadOnlyList<string> PartsFor(string ecosystem) => ecosystem.Split(':') is ["Alpine", var release] && FeedPath.IsName(release) ? [release] : [];

    public string PathOf(string part) => $"{part}/{Main}";

    /// <summary>v3.2 is from before there were two repositories.</summary>
    public ImmutableArray<PublishedFile> Files(string part, IPlace place) => [.. AlpineSecdb.FileNames.Select(name => new PublishedFile($"{part}/{name}", DatabaseBytes, IsOptional: part == "v3.2" && name != Main))];

    private static string Text(FetchedFile page)
    {
        using var content = page.Open();
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }

    private static Regex Link() => new("href=\"(edge|v[0-9]+\\.[0-9]+)/?\"", RegexOptions.NonBacktracking);
}
