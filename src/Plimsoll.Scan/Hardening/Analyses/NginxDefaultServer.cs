using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// Several servers share an address and none is marked `default_server`: the first of the files answers for every name that nobody serves
/// (ngx_http_core_module, `listen`).
/// </summary>
internal sealed class NginxDefaultServer : IAnalysis
{
    public string Id => "nginx-default-server";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var listens = judged.At("http/server").SelectMany(server => Listens(server).Select(listen => (Server: server, Listen: listen))).ToList();
        foreach (var address in listens.GroupBy(pair => Address(pair.Listen), StringComparer.Ordinal))
        {
            if (address.Select(pair => pair.Server).Distinct().Count() < 2) continue; // It answers alone in any case.
            if (address.Any(pair => pair.Listen.Arguments.Contains("default_server") || pair.Listen.Arguments.Contains("default"))) continue;
            var (server, listen) = address.First();
            if (Names(server).All(name => name is "_" or "")) continue; // Made for what nobody serves.
            yield return new Hit(listen, server, $"{address.Select(pair => pair.Server).Distinct().Count()} servers listen on {address.Key}, and this one answers for names that none of them has.");
        }
    }

    private static IEnumerable<Setting> Listens(Scope server) => server.Own("listen") is { Count: > 0 } own ? own : [new Setting("listen", ["80"], server.Block.Origin)];

    private static IEnumerable<string> Names(Scope server) => server.Own("server_name").SelectMany(name => name.Arguments).DefaultIfEmpty("");

    /// <summary>`*:80` for `80`, `*:80` and `0.0.0.0:80`.</summary>
    private static string Address(Setting listen)
    {
        var text = listen.Arguments.FirstOrDefault("80");
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return text;
        if (text.All(char.IsAsciiDigit)) return $"*:{text}";
        if (!text[(text.LastIndexOf(']') + 1)..].Contains(':', StringComparison.Ordinal)) text += ":80";
        return text.StartsWith("0.0.0.0:", StringComparison.Ordinal) ? "*" + text[7..] : text;
    }
}
