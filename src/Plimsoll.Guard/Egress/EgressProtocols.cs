namespace Plimsoll.Guard.Egress;

/// <summary>Every protocol that a profile's `protocol` can name.</summary>
internal static class EgressProtocols
{
    private static readonly IEgressProtocol[] all = [new TcpRelay()];

    public static IEnumerable<string> Names => all.Select(one => one.Name);

    public static IEgressProtocol? Find(string name) => Array.Find(all, one => one.Name == name);
}

/// <summary>
/// What becomes of a connection that the container was allowed to make. It has not been connected on yet: the handler does that, so
/// that it can speak first. One instance serves all connections.
/// </summary>
internal interface IEgressProtocol
{
    /// <summary>As profiles write it.</summary>
    string Name { get; }

    /// <summary>Has the connection until it ends. Never throws for what either side does.</summary>
    /// <returns>Why it came to nothing; <see cref="EgressReason.None"/> when it ended by itself.</returns>
    ValueTask<EgressReason> ServeAsync(EgressConnection connection);
}
