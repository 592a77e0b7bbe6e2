using System.Net;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines.Http;

/// <summary>How a download ended.</summary>
public enum DownloadOutcome
{
    /// <summary>All of it is there.</summary>
    Fetched,

    /// <summary>It is what it was when the given validators were.</summary>
    Unchanged,

    /// <summary>The server says that it has no such file, or not for who asks.</summary>
    Absent,
}

/// <param name="Validators">Of what was fetched; for <see cref="DownloadOutcome.Unchanged"/> those that were given.</param>
/// <param name="Answer">What an absent file was answered with: `404 Not Found`.</param>
public readonly record struct Download(DownloadOutcome Outcome, Validators Validators, string? Answer = null);

/// <summary>
/// Fetches files by HTTP, any number at a time: only when they changed, going on where a connection was cut (RFC 9110,
/// 13 and 14), each bounded in bytes and time.
/// </summary>
public sealed class Downloader : IDisposable
{
    private static readonly ServerKind server = new("download", "The server")
    {
        Answers = [HttpStatusCode.NotModified, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Gone, HttpStatusCode.RequestedRangeNotSatisfiable],
        WhenBusy = "Try again later.",
        WhenUntrusted = "Give its certificate authority by `--ca-file FILE`.",
        WhenRefused = "Check the address, and that this is the right server.",
        WhenUnreachable = "Check the address, the network and proxy settings (HTTPS_PROXY), or try again later.",
    };

    private readonly TransportOptions options;
    private readonly Transport transport;

    /// <exception cref="PlimsollException">The file of authorities cannot be read.</exception>
    public Downloader(TransportOptions options)
    {
        this.options = options;
        transport = new Transport(server, options, CancellationToken.None);
    }

    /// <param name="name">How messages call the file.</param>
    /// <param name="known">Of the version that need not be fetched again.</param>
    /// <param name="into">Where its bytes go; whatever is there is overwritten. Unless the outcome is Fetched, what is there afterwards means nothing.</param>
    /// <param name="limit">Bytes; a longer file is refused.</param>
    /// <param name="advance">Is told the bytes that are there, and all if known, after each piece.</param>
    /// <param name="accept">Media types that are asked for; null for any.</param>
    /// <exception cref="PlimsollException">It cannot be had.</exception>
    public Download Fetch(Uri uri, string name, Validators known, Stream into, long limit, Action<long, long?>? advance = null, string? accept = null)
    {
        if (!transport.Allows(uri)) throw new PlimsollException("download-plain", $"`{name}` would come from {uri.GetLeftPart(UriPartial.Authority)} without TLS.", "Use an https address, or allow it by `--plain-http`.");
        using var deadline = new CancellationTokenSource(options.Total);
        try
        {
            return new Transfer(transport, options, uri, name, into, limit, advance, accept, deadline.Token).Run(known);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw Transfer.Failed(uri, name, $"it takes longer than {options.Total.TotalMinutes:0.##} minutes");
        }
    }

    public void Dispose() => transport.Dispose();
}
