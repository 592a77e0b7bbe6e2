using System.Net;

namespace Plimsoll.Guard.Configuration;

/// <summary>`app:3000`, `http://app:3000`, `https://app`, `h2c://app:50051`: how an upstream is written.</summary>
internal static class UpstreamText
{
    private const string tls = "https://";
    private const string plain = "http://";
    private const string http2 = "h2c://";

    /// <summary>Null when it is not that, or its name is not known.</summary>
    /// <param name="authorities">PEM file, for TLS.</param>
    public static UpstreamOptions? Read(string text, string? authorities)
    {
        var isTls = text.StartsWith(tls, StringComparison.OrdinalIgnoreCase);
        var isHttp2 = text.StartsWith(http2, StringComparison.OrdinalIgnoreCase);
        var name = isTls ? text[tls.Length..] : isHttp2 ? text[http2.Length..] : text.StartsWith(plain, StringComparison.OrdinalIgnoreCase) ? text[plain.Length..] : text;
        if (isTls && name.LastIndexOf(':') <= name.LastIndexOf(']')) name += ":443";
        if (OptionsReader.Parse(name, isListener: false) is not { } address) return null;
        var host = name[..name.LastIndexOf(':')].Trim('[', ']');
        return new(name, address, isHttp2)
        {
            Host = IPAddress.TryParse(host, out _) ? null : host,
            Tls = isTls ? new(host, authorities) : null,
        };
    }
}
