using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>A place that holds the files of a feed in the feed's own layout.</summary>
internal interface IMirror
{
    /// <summary>How messages and the state call a file of it; an empty path is the place itself.</summary>
    string Describe(string path);

    /// <param name="path">Relative, parts separated by `/`.</param>
    /// <param name="known">Of the version that need not be fetched again.</param>
    /// <param name="limit">Bytes; a longer file is refused.</param>
    /// <param name="advance">Is told the bytes that are there, and all if known.</param>
    /// <exception cref="PlimsollException">It cannot be had.</exception>
    FetchedFile Fetch(string path, Validators known, long limit, Action<long, long?>? advance = null);
}

/// <summary>What became of a file that was asked for.</summary>
/// <param name="Content">At its start, seekable; null unless it was fetched.</param>
internal sealed record FetchedFile(Download Download, Stream? Content) : IDisposable
{
    public void Dispose() => Content?.Dispose();
}
