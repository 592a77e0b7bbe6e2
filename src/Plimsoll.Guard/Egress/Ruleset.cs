using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// What the kernel does with the container's packets, in the language of nft(8). All that may leave is turned to the guard's sockets
/// in the same namespace; there is no other way out, because the namespace has no interface but loopback. In enforce mode the kernel
/// itself refuses what no rule has, so that a client fails at once and a port scan finds nothing open. Connections are redirected;
/// datagrams are marked, led back into the namespace by <see cref="NamespaceTools.Route"/> and given to a socket as they are (tproxy),
/// because the kernel does not say where a redirected datagram wanted to go.
/// </summary>
internal static class Ruleset
{
    public const string Table = "plimsoll";

    /// <summary>Group of the log messages that <see cref="RefusedPackets"/> reads.</summary>
    public const int LogGroup = 71;

    /// <summary>Of datagrams that may leave, and of the routes that they take.</summary>
    public const int DatagramMark = 71;

    public const string RefusedPrefix = "refused";
    public const string FloorPrefix = "floor";

    /// <summary>The kernel's floor lies beneath the guard's own limits, which act first.</summary>
    private const int floorFactor = 4;

    /// <summary>Bytes on the wire for each byte of content, at most, with small packets.</summary>
    private const int wireFactor = 2;

    private const int mostKilobytes = 4_000_000;

    /// <summary>Nothing passes but what the container says to itself: in force before the guard is.</summary>
    public static string Closed => $$"""
        table inet {{Table}}
        delete table inet {{Table}}
        table inet {{Table}} {
          chain output { type filter hook output priority 0; policy drop; fib daddr type local accept; }
          chain input { type filter hook input priority 0; policy drop; iif lo accept; }
          chain forward { type filter hook forward priority 0; policy drop; }
        }

        """;

    /// <param name="ports">The guard's own, in the container's namespace.</param>
    public static string Of(Profile profile, GuardPorts ports)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"table inet {Table}\ndelete table inet {Table}\ntable inet {Table} {{\n");
        for (var i = 0; i < profile.Egress.Length; i++)
        {
            if (profile.Egress[i].Name is null) continue;
            text.Append(CultureInfo.InvariantCulture, $"  set {SetName(i, isV6: false)} {{ type ipv4_addr; }}\n  set {SetName(i, isV6: true)} {{ type ipv6_addr; }}\n");
        }
        text.Append("  chain nat { type nat hook output priority -100; policy accept;\n    fib daddr type local accept\n");
        Redirect(text, "udp dport 53", ports.DnsV4, ports.DnsV6);
        Redirect(text, "tcp dport 53", ports.TcpV4, ports.TcpV6);
        if (profile.Mode == ProfileMode.Enforce)
        {
            for (var i = 0; i < profile.Egress.Length; i++)
                if (!profile.Egress[i].IsOfDatagrams) Rules(text, profile.Egress[i], i, "tcp", ports.TcpV4 > 0 ? $"redirect to :{ports.TcpV4}" : null, ports.TcpV6 > 0 ? $"redirect to :{ports.TcpV6}" : null);
        }
        else Redirect(text, "meta l4proto tcp", ports.TcpV4, ports.TcpV6);
        var limits = profile.Limits;
        var own = string.Join(", ", ports.All.Distinct());
        var forwardsDatagrams = ports.UdpV4 > 0;
        text.Append("  }\n");
        if (forwardsDatagrams) Datagrams(text, profile, ports);
        text.Append(CultureInfo.InvariantCulture, $$"""
              chain output { type filter hook output priority 0; policy drop;
                ct status dnat jump floor
                ct status dnat accept
                {{(forwardsDatagrams ? $"meta mark {DatagramMark} goto passing" : "")}}
                fib daddr type local meta l4proto { tcp, udp } th dport { {{own}} } ct state new drop
                fib daddr type local accept
                {{(forwardsDatagrams ? "ct state related meta l4proto { icmp, ipv6-icmp } drop" : "")}}
                limit rate 50/second burst 200 packets log prefix "{{RefusedPrefix}}" group {{LogGroup}} snaplen 96
                limit rate over 1000/second burst 2000 packets drop
                meta l4proto tcp reject with tcp reset
                reject with icmpx type admin-prohibited
              }
              chain floor {
                ct direction reply accept
                meta l4proto udp limit rate over {{Floor(limits.QuestionsPerSecond)}}/second burst {{Floor(limits.QuestionsPerSecond)}} packets goto dropped
                meta l4proto udp accept
                ct state new limit rate over {{Floor(limits.ConnectionsPerSecond)}}/second burst {{Floor(limits.ConnectionsPerSecond)}} packets goto dropped
                ct state new ct count over {{Floor(limits.Connections)}} goto dropped
                jump load
              }
              chain load {
                limit rate over {{limits.PacketsPerSecond}}/second burst {{limits.PacketsPerSecond}} packets goto dropped
                {{Bytes(limits.BytesPerSecond)}}
              }
              chain dropped {
                limit rate 1/second burst 5 packets log prefix "{{FloorPrefix}}" group {{LogGroup}} snaplen 96
                drop
              }
              chain input { type filter hook input priority 0; policy drop;
                {{(forwardsDatagrams ? $"iif lo ct mark {DatagramMark} accept" : "")}}
                iif lo meta l4proto { tcp, udp } th dport { {{own}} } ct state new ct status & dnat != dnat drop
                iif lo accept
              }
              chain forward { type filter hook forward priority 0; policy drop; }
            }

            """);
        return text.ToString();
    }

    /// <summary>Puts addresses into the sets of the rules of names.</summary>
    public static string Add(IEnumerable<(int Rule, IPAddress Address)> pins) => string.Concat(pins.Select(pin => $"add element inet {Table} {SetName(pin.Rule, IsV6(pin.Address))} {{ {pin.Address} }}\n"));

    /// <summary>
    /// The container may set marks of its own (with CAP_NET_RAW), and those of connections it may not: what did not come through the
    /// chain `passing` is given to nobody.
    /// </summary>
    private static void Datagrams(StringBuilder text, Profile profile, GuardPorts ports)
    {
        text.Append("""
              chain datagrams { type route hook output priority -150; policy accept;
                meta mark != 0 meta mark set 0
                meta l4proto != udp accept
                udp dport 53 accept
                fib daddr type { local, broadcast, anycast, multicast } accept

            """);
        var mark = $"meta mark set {DatagramMark} accept";
        if (profile.Mode == ProfileMode.Enforce)
        {
            for (var i = 0; i < profile.Egress.Length; i++)
                if (profile.Egress[i].IsOfDatagrams) Rules(text, profile.Egress[i], i, "udp", mark, ports.UdpV6 > 0 ? mark : null);
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"    meta nfproto ipv4 {mark}\n");
            if (ports.UdpV6 > 0) text.Append(CultureInfo.InvariantCulture, $"    meta nfproto ipv6 {mark}\n");
        }
        var rate = Floor(profile.Limits.ConnectionsPerSecond);
        text.Append(CultureInfo.InvariantCulture, $$"""
              }
              chain passing {
                ct mark != {{DatagramMark}} limit rate over {{rate}}/second burst {{rate}} packets goto dropped
                ct mark set {{DatagramMark}}
                jump load
                accept
              }
              chain arriving { type filter hook prerouting priority -150; policy accept;
                meta mark != {{DatagramMark}} accept
                ct mark {{DatagramMark}} meta nfproto ipv4 meta l4proto udp tproxy ip to 127.0.0.1:{{ports.UdpV4}} accept
                {{(ports.UdpV6 > 0 ? $"ct mark {DatagramMark} meta nfproto ipv6 meta l4proto udp tproxy ip6 to [::1]:{ports.UdpV6} accept" : "")}}
                drop
              }

            """);
    }

    /// <param name="v4">What becomes of what the rule has; null for nothing.</param>
    private static void Rules(StringBuilder text, EgressRule rule, int number, string protocol, string? v4, string? v6)
    {
        var to = $"{protocol} dport {{ {string.Join(", ", ProfileChanges.Join(rule.Ports, []))} }}";
        if (rule.Name is not null || !IsV6(rule.Network!.Value.BaseAddress)) Line("ip daddr", rule.Name is null ? $"{rule.Network}" : $"@{SetName(number, isV6: false)}", v4);
        if (rule.Name is not null || IsV6(rule.Network!.Value.BaseAddress)) Line("ip6 daddr", rule.Name is null ? $"{rule.Network}" : $"@{SetName(number, isV6: true)}", v6);

        void Line(string what, string destination, string? verdict)
        {
            if (verdict is not null) text.Append(CultureInfo.InvariantCulture, $"    {what} {destination} {to} {verdict}\n");
        }
    }

    private static void Redirect(StringBuilder text, string what, int v4, int v6)
    {
        text.Append(CultureInfo.InvariantCulture, $"    meta nfproto ipv4 {what} redirect to :{v4}\n");
        if (v6 > 0) text.Append(CultureInfo.InvariantCulture, $"    meta nfproto ipv6 {what} redirect to :{v6}\n");
    }

    private static string SetName(int rule, bool isV6) => $"n{rule}{(isV6 ? "v6" : "v4")}";

    private static bool IsV6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private static long Floor(int limit) => (long)limit * floorFactor;

    /// <summary>The kernel counts a burst in 32 bits: for what is more than any network card sends there is no floor.</summary>
    private static string Bytes(long bytes)
    {
        var kilobytes = Math.Max(64, bytes * wireFactor / 1024);
        return kilobytes > mostKilobytes ? "" : string.Create(CultureInfo.InvariantCulture, $"limit rate over {kilobytes} kbytes/second burst {kilobytes} kbytes goto dropped");
    }
}

/// <summary>
/// The guard's own ports in the container's namespace; 0 for those of IPv6 where it has none, and for those of datagrams where none
/// is forwarded.
/// </summary>
internal readonly record struct GuardPorts(int TcpV4, int TcpV6, int DnsV4, int DnsV6, int UdpV4 = 0, int UdpV6 = 0)
{
    public IEnumerable<int> All => ((int[])[TcpV4, TcpV6, DnsV4, DnsV6, UdpV4, UdpV6]).Where(port => port > 0);
}
