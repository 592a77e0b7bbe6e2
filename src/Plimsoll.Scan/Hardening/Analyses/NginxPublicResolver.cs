using System.Net;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// A `resolver` that is reached over networks that others share: its answers are not signed, and whoever forges one gets the traffic
/// (ngx_http_core_module, `resolver`).
/// </summary>
internal sealed class NginxPublicResolver : IAnalysis
{
    public string Id => "nginx-public-resolver";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.Scopes)
            foreach (var resolver in scope.Own("resolver"))
                if (resolver.Arguments.FirstOrDefault(IsPublic) is { } address) yield return new Hit(resolver, scope, $"{address} is a public address.");
    }

    private static bool IsPublic(string argument)
    {
        if (argument.Contains('=', StringComparison.Ordinal)) return false;
        var text = argument.StartsWith('[') ? argument[1..Math.Max(1, argument.IndexOf(']'))] : argument.Split(':')[0];
        if (!IPAddress.TryParse(text, out var address)) return false; // A name: who it is cannot be seen from here.
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal) return false;
        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 || !(bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128));
    }
}
