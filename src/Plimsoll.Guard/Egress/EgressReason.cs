namespace Plimsoll.Guard.Egress;

/// <summary>Why something did not leave a container. The name in kebab case is what events say; docs/guard-run.md has a row for each.</summary>
internal enum EgressReason : byte
{
    None,
    /// <summary>No entry of the profile has this address and port.</summary>
    DestinationUnknown,
    /// <summary>Neither TCP nor UDP, or UDP to a multicast or broadcast address: nothing forwards it.</summary>
    ProtocolUnforwarded,
    /// <summary>No entry of the profile has this name.</summary>
    NameUnknown,
    /// <summary>A question for something else than addresses.</summary>
    NameType,
    /// <summary>A question that is no well-formed one.</summary>
    QuestionMalformed,
    /// <summary>More questions a second than the limit.</summary>
    QuestionRate,
    /// <summary>More different names below a `*.` than the limit, or a name such as only tunnels have.</summary>
    NameTunnel,
    /// <summary>The name stands for an address of the machine itself, or for none that a name may stand for.</summary>
    NameAddress,
    /// <summary>No name server answered.</summary>
    NameUnanswered,
    /// <summary>More new connections a second than the limit.</summary>
    ConnectionRate,
    /// <summary>More open connections than the limit.</summary>
    TooManyConnections,
    /// <summary>More different destinations than the limit.</summary>
    TooManyDestinations,
    /// <summary>The container sent more bytes a second than the limit, and was made to wait; datagrams were dropped.</summary>
    ByteRate,
    /// <summary>The kernel dropped packets that were more than the floor beneath the limits.</summary>
    KernelFloor,
    /// <summary>A connection to the guard's own port.</summary>
    NotRedirected,
    /// <summary>The destination may be reached and did not answer.</summary>
    Unreachable,
    /// <summary>A bug of the guard; it costs this connection alone.</summary>
    GuardFailed,
}
