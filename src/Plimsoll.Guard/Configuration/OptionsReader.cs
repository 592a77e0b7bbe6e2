using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Configuration;

/// <summary>Turns what was typed into options, or says all that is wrong with it.</summary>
internal static class OptionsReader
{
    /// <summary>A pool remembers what it tried in one bit each.</summary>
    private const int mostUpstreams = 64;

    /// <exception cref="PlimsollException">With every fault.</exception>
    public static GuardOptions Read(HttpGuardRequest request)
    {
        var faults = new List<string>();
        var listeners = new List<ListenerOptions>();
        foreach (var text in request.Listen)
        {
            if (Parse(text, isListener: true) is { } address) listeners.Add(new(address, request.AllowsHttp2));
            else faults.Add($"`--listen {text}` is not an address and port");
        }
        var upstreams = new List<UpstreamOptions>();
        foreach (var text in request.Upstreams)
        {
            if (Parse(text, isListener: false) is { } address) upstreams.Add(new(text, address));
            else faults.Add($"`--upstream {text}` is not a host that is known and a port");
        }
        if (upstreams.Count > mostUpstreams) faults.Add($"{upstreams.Count} upstreams are more than {mostUpstreams}");
        if (faults.Count > 0)
            throw new PlimsollException("guard-options", string.Join("; ", faults) + ".", "Write them as in `--listen 127.0.0.1:8080 --upstream app:3000`.");
        return new()
        {
            Listeners = listeners,
            Sites = [new() { Name = "default", Upstreams = upstreams, Mode = request.Mode }],
        };
    }

    private static IPEndPoint? Parse(string text, bool isListener)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || (port == 0 && !isListener)) return null;
        var host = text[..colon];
        if (host.Length == 0) return isListener ? new(IPAddress.Any, port) : null;
        if (IPAddress.TryParse(host.StartsWith('[') ? host.Trim('[', ']') : host, out var address)) return new(address, port);
        if (isListener && host != "localhost") return null;
        try
        {
            var found = Dns.GetHostAddresses(host);
            return found.Length == 0 ? null : new(Array.Find(found, one => one.AddressFamily == AddressFamily.InterNetwork) ?? found[0], port);
        }
        catch (Exception thrown) when (thrown is SocketException or ArgumentException)
        {
            return null;
        }
    }
}
