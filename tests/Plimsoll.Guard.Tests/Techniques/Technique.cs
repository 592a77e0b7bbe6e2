namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>What must hold for a technique. README.md says how each is judged.</summary>
internal enum Must
{
    /// <summary>Status 4xx or 5xx, or a closed connection; not one byte of it reached the upstream.</summary>
    Refused,

    /// <summary>As refused, or the upstream saw the head and the connection broke before the body was whole.</summary>
    Cut,

    /// <summary>Refused, or forwarded as exactly the requests that were judged.</summary>
    Harmless,

    /// <summary>Forwarded as exactly the requests that were judged: a valid message, however odd.</summary>
    Passes,
}

/// <summary>Whom the guard has in front of it.</summary>
internal enum Behind
{
    Clients,

    /// <summary>Proxies whose fields it believes.</summary>
    Trusted,

    /// <summary>Proxies that begin each connection with a PROXY header.</summary>
    Header,

    /// <summary>Clients that speak HTTP/2 over TLS.</summary>
    Http2,
}

/// <summary>Bytes to write, or milliseconds to wait when there are none.</summary>
internal readonly record struct Step(byte[] Bytes, int Pause);

/// <summary>One known way to make two servers read one message differently.</summary>
internal sealed record Technique
{
    public required string Id { get; init; }

    /// <summary>Name of its file.</summary>
    public required string Family { get; init; }

    public required string Source { get; init; }
    public required Must Must { get; init; }

    /// <summary>A defect of the guard because of which it does not hold yet; null for none.</summary>
    public string? Defect { get; init; }

    /// <summary>Requests that it is when read by the RFC, for those that may pass.</summary>
    public int Requests { get; init; } = 1;

    /// <summary>Good requests in front of the one that must be refused.</summary>
    public int Before { get; init; }

    /// <summary>Texts that must not reach the upstream, whatever their case.</summary>
    public IReadOnlyList<string> Never { get; init; } = [];

    /// <summary>Texts that must reach the upstream as they are.</summary>
    public IReadOnlyList<string> Keeps { get; init; } = [];

    public Behind Behind { get; init; }

    /// <summary>The client's address, as the guard must tell of it; null for any.</summary>
    public string? Client { get; init; }

    /// <summary>Nothing is sent behind it; the client ends its side instead.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The client waits until the other side gives up.</summary>
    public bool Waits { get; init; }

    public required IReadOnlyList<Step> Request { get; init; }

    /// <summary>What the upstream answers; empty when a real one does.</summary>
    public IReadOnlyList<Step> Answer { get; init; } = [];

    /// <summary>The upstream closes behind its answer.</summary>
    public bool AnswerCloses { get; init; }

    public bool IsHead => Request[0].Bytes.AsSpan().StartsWith("HEAD "u8);

    public override string ToString() => Id;
}
