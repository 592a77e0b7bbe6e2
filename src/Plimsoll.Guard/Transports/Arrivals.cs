using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Transports;

/// <summary>What happens on a connection before its protocol: the PROXY header, then TLS.</summary>
internal sealed class Arrivals(GuardLimits limits)
{
    public ValueTask<Arrival> AcceptAsync(Transport accepted) => new(new Arrival(default, accepted, new InputBuffer(accepted, limits.PieceBytes), accepted.Remote.Address));
}
