using Plimsoll.Engines.Http;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>A feed below an address; each file is received into a private file.</summary>
internal sealed class HttpMirror(Downloader downloader, Uri root) : IMirror
{
    public string Describe(string path) => Address(path).ToString();

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
            file.Position = 0;
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
