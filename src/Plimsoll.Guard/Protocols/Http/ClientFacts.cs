using System.Net;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>What the guard says of the client to the upstream, in X-Forwarded-For, -Proto and -Host.</summary>
/// <param name="Before">Addresses that a trusted proxy gave, to which the client's is appended; empty when nobody is trusted.</param>
internal readonly record struct ClientFacts(IPAddress Address, bool IsTls, Slice Before);
