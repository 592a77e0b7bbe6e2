using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Transports;

/// <summary>What happens on a connection of one listener before its protocol: the PROXY header, then TLS. Both in <see cref="GuardLimits.HandshakeTime"/>.</summary>
internal sealed class Arrivals(ListenerOptions options, GuardLimits limits) : IDisposable
{
    private readonly TlsServer? tls = options.Tls is null ? null : new(options.Tls);

    public ListenerOptions Options => options;

    /// <summary>When each file of revoked certificates of clients holds no longer.</summary>
    public IEnumerable<(string File, DateTimeOffset Until)> Revocations => tls?.Revocations ?? [];

    public async ValueTask<Arrival> AcceptAsync(Transport accepted)
    {
        var input = new InputBuffer(accepted, limits.PieceBytes);
        var address = accepted.Remote.Address;
        if (tls is null && !options.ExpectsProxyHeader) return new(default, accepted, input, address);
        accepted.ReadBy = Environment.TickCount64 + limits.HandshakeTime;
        // Whoever only looks whether the port is open has done nothing that could be refused.
        if (await input.FillAsync(limits.PieceBytes) <= 0) return new(new(accepted.HasTimedOut ? Reason.SlowHead : Reason.ClientGone, Part.Connection), accepted, input, address);
        if (options.ExpectsProxyHeader)
        {
            if (await ProxyHeader.ReadAsync(input) is not { } header) return new(new(Reason.ProxyHeaderMalformed, Part.Connection), accepted, input, address);
            address = header.Source ?? address;
        }
        if (tls is null)
        {
            accepted.ReadBy = long.MaxValue;
            return new(default, accepted, input, address);
        }
        var (encrypted, failure) = await tls.AcceptAsync(input);
        accepted.ReadBy = long.MaxValue;
        return encrypted is null
            ? new(new(failure, Part.Connection), accepted, input, address)
            : new(default, encrypted, new InputBuffer(encrypted, limits.PieceBytes), address);
    }

    public void Dispose() => tls?.Dispose();
}
