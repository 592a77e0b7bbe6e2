using System.Collections.Immutable;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>The protocols of one guard, of those that a profile's `protocol` can name.</summary>
/// <param name="all">The last one takes what no other recognises.</param>
internal sealed class EgressProtocols(params IEgressProtocol[] all)
{
    public const string Postgres = "postgres";

    /// <summary>Milliseconds between two looks at a connection that nobody has spoken on yet.</summary>
    private const int pause = 5;

    /// <summary>Every name that a profile may write.</summary>
    public static ImmutableArray<string> Names { get; } = [EgressRule.DefaultProtocol, EgressRule.Datagrams, Postgres];

    public IEgressProtocol Find(string name) => Array.Find(all, one => one.Name == name) ?? throw new InvalidOperationException(name);

    /// <summary>Which protocol a connection speaks that the profile says nothing of: by the client's first bytes when it speaks first. Takes none of them.</summary>
    public async ValueTask<IEgressProtocol> RecogniseAsync(EgressConnection connection)
    {
        if (all.Length == 1 || await connection.ConnectAsync() is not { } server) return all[^1];
        // Two reads that might never end could not be handed on to a protocol, so both sides are looked at in turn.
        var last = Environment.TickCount64 + connection.Limits.HandshakeTime;
        while (!connection.Client.IsReadable && !server.IsReadable && Environment.TickCount64 < last) await Task.Delay(pause);
        if (!connection.Client.IsReadable || server.IsReadable) return all[^1];
        var bytes = new byte[IEgressProtocol.FirstBytes];
        var first = bytes.AsMemory(0, connection.Client.Peek(bytes));
        return Array.Find(all, one => one.Recognises(connection, first.Span))!;
    }
}

/// <summary>
/// What becomes of a connection that the container was allowed to make. The handler connects it on, so that it can speak first. One
/// instance serves all connections.
/// </summary>
internal interface IEgressProtocol
{
    /// <summary>Bytes of a client's first that are looked at, when so many have come.</summary>
    const int FirstBytes = 16;

    /// <summary>As profiles write it.</summary>
    string Name { get; }

    /// <summary>Whether these are the first bytes of a client that speaks it.</summary>
    bool Recognises(EgressConnection connection, ReadOnlySpan<byte> first);

    /// <summary>Has the connection until it ends. Never throws for what either side does.</summary>
    /// <returns>Why it came to nothing; <see cref="EgressReason.None"/> when it ended by itself.</returns>
    ValueTask<EgressReason> ServeAsync(EgressConnection connection);
}
