using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Events;

/// <summary>One decision, with what it was about. Its spans and the request are valid only while it is recorded.</summary>
internal readonly ref struct GuardEvent
{
    public required DateTimeOffset Time { get; init; }
    public required Decision Decision { get; init; }
    public required Verdict Verdict { get; init; }

    /// <summary>Name of the site; null when the request never came to one.</summary>
    public string? Site { get; init; }

    /// <summary>The client's address: of its connection, or what a trusted proxy said.</summary>
    public required IPAddress Client { get; init; }

    /// <summary>As far as it was decoded; null when the connection did not come to a request.</summary>
    public HttpRequest? Request { get; init; }

    /// <summary>The statement and whose it is; null for other protocols, and for what came to no session.</summary>
    public StatementFields? Statement { get; init; }

    /// <summary>What the client was answered with; 0 for nothing.</summary>
    public int Status { get; init; }

    public string? Upstream { get; init; }

    /// <summary>Bytes of the bodies.</summary>
    public long RequestBytes { get; init; }
    public long ResponseBytes { get; init; }

    /// <summary>Fields behind the request's body, which are checked and left out.</summary>
    public int Trailers { get; init; }

    /// <summary>From the complete head to the end of the answer.</summary>
    public TimeSpan Elapsed { get; init; }
}
