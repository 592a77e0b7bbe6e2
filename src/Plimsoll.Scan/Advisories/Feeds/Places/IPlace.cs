using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds.Places;

/// <summary>A place that holds the files of a feed in the feed's own layout.</summary>
internal interface IPlace
{
    /// <summary>Whether the user chose it, in place of the publisher.</summary>
    bool IsOwn { get; }

    /// <summary>How messages and the state call a file of it; an empty path is the place itself.</summary>
    string Describe(string path);

    /// <summary>Names of the folders that hold a file of this name, sorted; null where a place cannot be listed.</summary>
    IReadOnlyList<string>? Folders(string file);

    /// <param name="path">Relative, parts separated by `/`.</param>
    /// <param name="known">Of the version that need not be fetched again.</param>
    /// <param name="limit">Bytes; a longer file is refused.</param>
    /// <param name="advance">Is told the bytes that are there, and all if known.</param>
    /// <exception cref="PlimsollException">It cannot be had.</exception>
    FetchedFile Fetch(string path, Validators known, long limit, Action<long, long?>? advance = null);
}

/// <summary>What became of a file that was asked for.</summary>
/// <param name="File">Open for reading at any position; null unless it was fetched.</param>
internal sealed record FetchedFile(Download Download, FileStream? File) : IDisposable
{
    /// <summary>All of a file that was fetched, from its start. Several may be open.</summary>
    public Stream Open() => new SliceStream(File!.SafeFileHandle, 0, File.Length);

    public void Dispose() => File?.Dispose();
}
