using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>How the guard itself begins to speak to a server: TLS is asked for before anything else (SSLRequest).</summary>
internal static class ServerTls
{
    /// <param name="isNeeded">Whether a server that offers no TLS will not do.</param>
    /// <returns>Encrypted, or as it is where the server offers none; null when it broke, or its certificate is not trusted.</returns>
    public static async Task<Transport?> BeginAsync(Transport transport, TlsClient tls, bool isNeeded, GuardLimits limits)
    {
        transport.ReadBy = Environment.TickCount64 + limits.HandshakeTime;
        var answer = new byte[1]; // No more is read: what comes behind it is encrypted.
        byte[] request = [0, 0, 0, 8, 4, 210, 22, 47];
        var began = await transport.WriteAsync(request) && await transport.ReadAsync(answer) == 1 ? answer[0] switch
        {
            (byte)'S' => await tls.ConnectAsync(transport, limits.PieceBytes),
            (byte)'N' when !isNeeded => transport,
            _ => null,
        } : null;
        transport.ReadBy = long.MaxValue;
        return began;
    }

    /// <summary>Sends a request to cancel over a connection of its own.</summary>
    public static async Task CancelAsync(IPostgresHost host, byte[] packet)
    {
        if (await host.ConnectAsync() is not { } server) return;
        server.ReadBy = Environment.TickCount64 + host.Options.Limits.HandshakeTime;
        if (await server.WriteAsync(packet)) await server.ReadAsync(new byte[1]); // The server closes once it has done it.
        host.Forget(server);
    }
}
