using System.Buffers;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>`add_header` in a block takes away all that the blocks around it add (ngx_http_headers_module), unless `add_header_inherit` merges them.</summary>
internal sealed class NginxHeadersLost : IAnalysis
{
    private static readonly string[] headers =
    [
        "Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy",
    ];

    private static readonly SearchValues<char> special = SearchValues.Create(" ;{}\"'\t");

    public string Id => "nginx-headers-lost";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.Scopes)
        {
            if (scope.Parent is not { } outer || scope.Own("add_header") is not { Count: > 0 } own) continue; // Takes nothing away.
            if (judged.Value(scope, "add_header_inherit")?.Value == "merge") continue;
            var kept = own.Select(header => header.Arguments.FirstOrDefault("")).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var lost = judged.Application.Find(outer, "add_header").Settings.Where(header => header.Arguments.Length > 1 && headers.Contains(header.Arguments[0], StringComparer.OrdinalIgnoreCase) && !kept.Contains(header.Arguments[0])).ToList();
            if (lost.Count == 0) continue;
            var again = string.Join('\n', lost.Select(header => $"add_header {header.Arguments[0]} \"{header.Arguments[1].Replace("\"", "\\\"", StringComparison.Ordinal)}\"{string.Concat(header.Arguments.Skip(2).Select(flag => " " + flag))};"));
            yield return new Hit(own[^1], scope, $"{string.Join(", ", lost.Select(header => header.Arguments[0]))} of {lost[0].Origin} {(lost.Count == 1 ? "is" : "are")} not sent here.", $"{own[^1].Key} {Quoted(own[^1].Arguments)};\n{again}");
        }
    }

    private static string Quoted(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => word.Length > 0 && !word.AsSpan().ContainsAny(special) ? word : $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
}
