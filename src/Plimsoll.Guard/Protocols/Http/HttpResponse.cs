namespace Plimsoll.Guard.Protocols.Http;

/// <summary>The head of an answer.</summary>
internal sealed class HttpResponse : HttpHead
{
    /// <summary>100 to 599.</summary>
    public int Status { get; set; }

    /// <summary>What it answers.</summary>
    public HttpRequest? Request { get; set; }

    /// <summary>The beginning of its body, as far as it is inspected.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    public Slice Phrase { get; set; }

    /// <summary>Content-Length as it stands, -1 for none: of a body that does not follow when HEAD is answered.</summary>
    public long DeclaredLength { get; set; } = -1;

    /// <summary>Whether the connection ends with it. HTTP/1 alone.</summary>
    public bool Closes { get; set; }

    /// <summary>Whether only the end of the connection tells where the body ends.</summary>
    public bool EndsWithConnection { get; set; }

    /// <summary>101 with a WebSocket handshake that was verified: both sides are tunnels from here.</summary>
    public bool Switches { get; set; }

    public override void Reset()
    {
        base.Reset();
        (Status, Phrase, DeclaredLength, Request, Body) = (0, default, -1, null, default);
        (Closes, EndsWithConnection, Switches) = (false, false, false);
    }
}
