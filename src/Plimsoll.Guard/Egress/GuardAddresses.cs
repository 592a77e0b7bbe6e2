namespace Plimsoll.Guard.Egress;

/// <summary>
/// The container's own addresses in its closed namespace. Nobody else ever sees them: 192.0.0.8 is the address for hosts that have
/// none (RFC 7600), the IPv6 one is unique local (RFC 4193).
/// </summary>
internal static class GuardAddresses
{
    public const string V4 = "192.0.0.8";
    public const string V6 = "fd00:706c:696d:736f:6c6c::8";

    /// <summary>What the container's resolv.conf names. Any address would do: every question is turned to the guard.</summary>
    public const string NameServer = "192.0.0.53";
}
