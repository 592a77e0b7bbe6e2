using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>A version of HTTP on a client's connection: decodes requests and hands each to the exchange, one after the other or many at once.</summary>
internal interface IClientProtocol
{
    /// <summary>Ends when the connection does. Never throws for what the client does.</summary>
    /// <param name="exchange">Serves one request to its end; never throws.</param>
    /// <returns>What was wrong with the connection, when it was not wrong with one request.</returns>
    ValueTask<Verdict> ServeAsync(Func<ClientStream, ValueTask> exchange);

    /// <summary>Takes no new requests; those that run are completed.</summary>
    void Drain();
}
