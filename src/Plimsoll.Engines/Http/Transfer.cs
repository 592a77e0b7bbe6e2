using System.Net;
using System.Net.Http.Headers;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines.Http;

/// <summary>One file on its way from a server into a stream.</summary>
internal sealed class Transfer(Transport transport, TransportOptions options, Uri uri, string name, Stream into, long limit, Action<long, long?>? advance, string? accept, CancellationToken deadline)
{
    private const int Piece = 128 * 1024;

    /// <summary>Last-Modified counts in seconds: a file that changed less than this before it was sent may have changed twice in one (RFC 9110, 8.8.2.2).</summary>
    private static readonly TimeSpan settled = TimeSpan.FromSeconds(60);

    private readonly byte[] buffer = new byte[Piece];
    private long at;
    private long? total;
    private Validators version;
    private bool canJoin;

    public Download Run(Validators known)
    {
        var (idle, furthest) = (0, 0L);
        for (var resumed = 0; ; resumed++)
        {
            string? reason;
            using (var response = transport.Send(HttpMethod.Get, uri, request => Prepare(request, known), null, $"`{name}`", deadline))
            {
                if (response.StatusCode == HttpStatusCode.NotModified)
                    return at == 0 && known != default ? new Download(DownloadOutcome.Unchanged, known) : throw Lies("it answers 304 to a question without a condition");
                if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone)
                    return new Download(DownloadOutcome.Absent, default, Answer.Describe(response));
                reason = Receive(response);
            }
            if (reason is null) return new Download(DownloadOutcome.Fetched, version);
            idle = at > furthest ? 0 : idle + 1;
            furthest = Math.Max(furthest, at);
            if (idle >= options.Attempts || resumed >= options.Resumes) throw Failed(uri, name, $"{reason}; tried {resumed + 1} times");
            if (!canJoin) at = 0;
            deadline.WaitHandle.WaitOne(options.Pause * Math.Pow(2, idle));
            deadline.ThrowIfCancellationRequested();
        }
    }

    private void Prepare(HttpRequestMessage request, Validators known)
    {
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        if (at > 0)
        {
            request.Headers.Range = new RangeHeaderValue(at, null);
            request.Headers.TryAddWithoutValidation("If-Range", version.IsStrong ? version.ETag : version.LastModified);
        }
        else if (known.ETag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", known.ETag);
        else if (known.LastModified is not null) request.Headers.TryAddWithoutValidation("If-Modified-Since", known.LastModified);
    }

    /// <returns>Why it is not whole; null when it is.</returns>
    private string? Receive(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return Anew("it is shorter than it was");
        if (response.StatusCode != HttpStatusCode.PartialContent) Begin(response);
        else if (!Continues(response)) return Anew("it was replaced meanwhile");
        if (total > limit) throw TooLong();
        if (total is { } declared && response.Content.Headers.ContentLength is { } offered && at + offered != declared) throw Lies($"{declared:N0} bytes are declared, but {at + offered:N0} are offered");
        try
        {
            using var source = response.Content.ReadAsStream(deadline);
            for (int read; (read = source.Read(buffer)) > 0; deadline.ThrowIfCancellationRequested())
            {
                if (at + read > limit) throw TooLong();
                Write(buffer.AsSpan(0, read));
            }
            return total is null || at == total ? null : $"it ends after {at:N0} of {total:N0} bytes";
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            deadline.ThrowIfCancellationRequested();
            return $"it was cut after {at:N0}{(total is null ? "" : $" of {total:N0}")} bytes: {Transport.Explain(cut)}";
        }
    }

    /// <summary>A whole file, be it because a server knows no ranges or because it has another version now.</summary>
    private void Begin(HttpResponseMessage response)
    {
        at = 0;
        total = response.Content.Headers.ContentLength;
        version = Validators.Of(response);
        canJoin = version.IsStrong || (version.ETag is null && response.Content.Headers.LastModified is { } changed && response.Headers.Date - changed >= settled);
        into.SetLength(0);
        into.Position = 0;
    }

    /// <summary>Whether a piece belongs to the version whose beginning is there.</summary>
    private bool Continues(HttpResponseMessage response)
    {
        var range = response.Content.Headers.ContentRange;
        if (at == 0 || range?.From != at) throw Lies($"it was asked for the bytes from {at:N0} on and sends those from {range?.From:N0} on");
        total ??= range.Length;
        return (Validators.Of(response).ETag ?? version.ETag) == version.ETag && (range.Length ?? total) == total;
    }

    private string Anew(string reason)
    {
        canJoin = false;
        return reason;
    }

    private void Write(ReadOnlySpan<byte> piece)
    {
        try
        {
            into.Write(piece);
        }
        catch (IOException failed)
        {
            throw new PlimsollException("no-space", $"`{name}` cannot be written into the temporary folder: {failed.Message.TrimEnd('.')}.", "Free space there or set TMPDIR to a larger folder.");
        }
        at += piece.Length;
        advance?.Invoke(at, total);
    }

    private PlimsollException TooLong() => new("download-too-long", $"`{name}` of {uri.Authority} has more than the {limit:N0} bytes that are taken of its kind{(total is null ? "" : $": {total:N0}")}.", "Check that the right server answers.");

    private PlimsollException Lies(string sentence) => new("download-lies", $"The server {uri.Authority} contradicts itself on `{name}`: {sentence}.", "Try again; if it is the same then, the server or a proxy before it is broken.");

    public static PlimsollException Failed(Uri uri, string name, string reason) => new("download-failed", $"The server {uri.Authority} does not give `{name}` whole: {reason}.", "Check the network, and try again; what was there before stays in use.");
}
