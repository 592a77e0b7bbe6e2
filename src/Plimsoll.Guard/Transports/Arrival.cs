using System.Net;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Transports;

/// <summary>A connection that is ready for its protocol, or a verdict against it; client-gone when it ended before a byte came.</summary>
/// <param name="Transport">What the protocol speaks over, to be disposed of by whoever has the arrival.</param>
/// <param name="Address">The client: of the socket, or what a PROXY header says.</param>
internal readonly record struct Arrival(Verdict Verdict, Transport Transport, InputBuffer Input, IPAddress Address);
