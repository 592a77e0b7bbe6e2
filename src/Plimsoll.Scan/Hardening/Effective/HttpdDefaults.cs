using System.Collections.Frozen;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>What the HTTP server does where nothing is written: the line "Default" of each directive in its manual, and what changed by version.</summary>
internal static class HttpdDefaults
{
    private static readonly FrozenDictionary<string, string> always = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["AllowEncodedSlashes"] = "Off",
        ["AllowOverride"] = "None",
        ["Dav"] = "Off",
        ["FileETag"] = "MTime Size",
        ["KeepAlive"] = "On",
        ["KeepAliveTimeout"] = "5",
        ["LimitRequestFields"] = "100",
        ["LimitRequestFieldSize"] = "8190",
        ["LimitRequestLine"] = "8190",
        ["MaxKeepAliveRequests"] = "100",
        ["Options"] = "FollowSymLinks",
        ["ProxyRequests"] = "Off",
        ["RequestReadTimeout"] = "handshake=0 header=20-40,MinRate=500 body=20,MinRate=500",
        ["ServerSignature"] = "Off",
        ["ServerTokens"] = "Full",
        ["SSLCompression"] = "off",
        ["SSLEngine"] = "off",
        ["SSLInsecureRenegotiation"] = "off",
        ["SSLProtocol"] = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
        ["SSLProxyCheckPeerExpire"] = "on",
        ["SSLProxyCheckPeerName"] = "on",
        ["SSLProxyEngine"] = "off",
        ["SSLProxyVerify"] = "none",
        ["SSLVerifyClient"] = "none",
        ["Timeout"] = "60",
        ["TraceEnable"] = "on",
        ["User"] = "#-1",
        ["Group"] = "#-1",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static Setting? Of(string key, string? version)
    {
        if (always.TryGetValue(key, out var value)) return new Setting(key, [.. value.Split(' ')], Origin.Default("apache-httpd"));
        return key.ToLowerInvariant() switch
        {
            "limitrequestbody" => Since("2.4.54", "1073741824", "0"),
            "httpprotocoloptions" => Since("2.4.24", "Strict LenientMethods Allow0.9", "Unsafe LenientMethods Allow0.9"),
            _ => null,
        };

        Setting Since(string from, string now, string before)
        {
            if (version is null) return new Setting(key, [], Origin.Default("apache-httpd")) { Needs = "the version of the HTTP server, on which the default depends" };
            var isNew = !VersionSchemes.Named("generic")!.TryCompare(version, from, out var order) || order >= 0;
            return new Setting(key, [.. (isNew ? now : before).Split(' ')], Origin.Default($"apache-httpd {version}"));
        }
    }
}
