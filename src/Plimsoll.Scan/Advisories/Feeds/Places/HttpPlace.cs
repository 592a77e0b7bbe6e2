using Plimsoll.Engines.Http;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds.Places;

/// <summary>A feed below an address; each file is received into a private file.</summary>
internal sealed class HttpPlace(Downloader downloader, Uri root, bool isOwn) : IPlace
{
    public bool IsOwn => isOwn;

    public string Describe(string path) => Address(path).ToString();

    public IReadOnlyList<string>? Folders(string file) => null;

    public FetchedFile Fetch(string path, Validators known, long limit, Action<long, long?>? advance = null)
    {
        var file = Spool.CreateFile();
        try
        {
            var download = downloader.Fetch(Address(path), path, known, file, limit, advance);
            if (download.Outcome != DownloadOutcome.Fetched)
            {
                file.Dispose();
                return new FetchedFile(download, null);
            }
            return new FetchedFile(download, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Ecosystems have names with spaces.</summary>
    private Uri Address(string path) => new(root, string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
}
