using System.Net;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>The head of a request as judged and, by the writers, as forwarded.</summary>
internal sealed class HttpRequest : HttpHead
{
    public Slice Method { get; set; }

    /// <summary>Origin form, or `*` for OPTIONS. These very bytes are forwarded.</summary>
    public Slice Target { get; set; }

    /// <summary>Host and port as the client wrote them: the Host field, or :authority.</summary>
    public Slice Authority { get; set; }

    /// <summary>The client waits for a 100 before it sends the body.</summary>
    public bool ExpectsContinue { get; set; }

    /// <summary>A complete WebSocket handshake (RFC 6455, section 4.2.1).</summary>
    public bool IsWebSocket { get; set; }

    /// <summary>A gRPC call, whose body is a stream of messages.</summary>
    public bool IsGrpc { get; set; }

    /// <summary>Whether the client wants its connection closed after this. HTTP/1 alone.</summary>
    public bool Closes { get; set; }

    /// <summary>The body as far as it is inspected; whole when <see cref="IsBodyWhole"/>. Transfer codings are removed, content codings are not.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    public bool IsBodyWhole { get; set; }

    /// <summary>What came behind <see cref="Body"/> and found no room: it goes before anything else is read.</summary>
    public ReadOnlyMemory<byte> BodyAhead { get; set; }

    /// <summary>How its body is read, once its head was judged; an opaque one is not.</summary>
    public BodyKind BodyKind { get; set; }

    /// <summary>Whether an inspector wants to see the body although it is of a type that is not read.</summary>
    public bool WantsBody { get; set; }

    /// <summary>Who sent it, as far as is known.</summary>
    public IPAddress? Client { get; set; }

    /// <summary>The port that it sends from; 0 where a proxy is between.</summary>
    public int ClientPort { get; set; }

    /// <summary>Where its connection came to.</summary>
    public IPEndPoint? Server { get; set; }

    /// <summary>Why rules did not see all of the answer.</summary>
    public UnreadAnswer UnreadAnswer { get; set; }

    /// <summary>What an inspector keeps of the exchange.</summary>
    public InspectionState? Inspection { get; set; }

    /// <summary>The target without its query.</summary>
    public ReadOnlySpan<byte> Path
    {
        get
        {
            var target = this[Target];
            var query = target.IndexOf((byte)'?');
            return query < 0 ? target : target[..query];
        }
    }

    public bool IsHead => this[Method].SequenceEqual("HEAD"u8);

    /// <summary>RFC 9110, section 9.2.2: sending it twice has the effect of once.</summary>
    public bool IsIdempotent
    {
        get
        {
            var method = this[Method];
            return method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8) || method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8);
        }
    }

    /// <summary>Whether the method gives a body a meaning. Servers that skip the body of the others would read it as the next request.</summary>
    public bool MayHaveBody
    {
        get
        {
            var method = this[Method];
            return method.SequenceEqual("POST"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("PATCH"u8);
        }
    }

    public override void Reset()
    {
        base.Reset();
        (Method, Target, Authority, Body, BodyAhead) = (default, default, default, default, default);
        Inspection?.Release();
        (Client, ClientPort, Server, Inspection, WantsBody, UnreadAnswer) = (null, 0, null, null, false, UnreadAnswer.None);
        (ExpectsContinue, IsWebSocket, IsGrpc, Closes, IsBodyWhole, BodyKind) = (false, false, false, false, false, BodyKind.Text);
    }
}
