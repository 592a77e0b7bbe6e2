namespace Plimsoll.Guard.Egress;

/// <summary>Passes bytes both ways without looking at them.</summary>
internal sealed class TcpRelay : IEgressProtocol
{
    public string Name => "tcp";

    /// <summary>Whatever nobody else recognises.</summary>
    public bool Recognises(EgressConnection connection, ReadOnlySpan<byte> first) => true;

    public async ValueTask<EgressReason> ServeAsync(EgressConnection connection)
    {
        if (await connection.ConnectAsync() is not { } server) return EgressReason.Unreachable;
        await Relay.RunAsync(connection.Client, server, connection.Limits, connection.CountSentAsync, connection.CountReceivedAsync);
        return EgressReason.None;
    }
}
