using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// `$uri` and `$document_uri` are decoded, so `%0d%0a` in a request becomes the end of a line in a redirect, a header or a request to a backend. So do
/// captures of a location's expression whose class takes line feeds.
/// </summary>
internal sealed class NginxResponseSplitting : IAnalysis
{
    private static readonly string[] directives = ["return", "add_header", "proxy_set_header", "proxy_pass"];

    public string Id => "nginx-response-splitting";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var variables = new NginxVariables(judged);
        foreach (var scope in judged.Scopes)
            foreach (var directive in directives)
                foreach (var setting in scope.Own(directive))
                {
                    var value = setting.Arguments.LastOrDefault(argument => argument != "always") ?? "";
                    if (directive == "return" && !IsRedirect(setting)) continue; // A body has lines anyway.
                    if (variables.IsDecoded(value)) yield return new Hit(setting, scope, $"`{value}` holds a decoded path, which may have line feeds.", Encoded(setting));
                    else if (CaptureWithLineFeed(scope, value) is { } capture) yield return new Hit(setting, scope, $"`{capture}` is captured by an expression that takes line feeds.");
                }
    }

    private static bool IsRedirect(Setting setting) => setting.Arguments is [var url] && (url.StartsWith("http", StringComparison.Ordinal) || url.StartsWith("$scheme", StringComparison.Ordinal))
        || setting.Arguments is ["301" or "302" or "303" or "307" or "308", _];

    private static string? Encoded(Setting setting)
    {
        var line = setting.ToString();
        if (setting.Arguments.Any(argument => argument.Contains(' ', StringComparison.Ordinal))) return null; // Its quotes are not known here.
        return line.Replace("${document_uri}", "$request_uri", StringComparison.Ordinal).Replace("${uri}", "$request_uri", StringComparison.Ordinal)
            .Replace("$document_uri", "$request_uri", StringComparison.Ordinal).Replace("$uri", "$request_uri", StringComparison.Ordinal) is var changed && changed != line ? $"{changed};" : null;
    }

    private static string? CaptureWithLineFeed(Scope scope, string value)
    {
        if (scope.Outwards.FirstOrDefault(outer => outer.Block.Key == "location") is not { } location || NginxLocation.Expression(location.Block) is not { } pattern) return null;
        if (scope.Outwards.TakeWhile(outer => outer != location).Any(inner => inner.Block.Key == "if") || scope.Own("rewrite").Count > 0) return null; // Their own captures take their place.
        return TakesLineFeed(pattern) ? NginxVariables.In(value).Where(name => char.IsAsciiDigit(name[0])).Select(name => "$" + name).FirstOrDefault() : null;
    }

    /// <summary>A negated class without a line feed in it, or a class of blanks, inside a group.</summary>
    private static bool TakesLineFeed(string pattern)
    {
        for (var at = pattern.IndexOf("[^", StringComparison.Ordinal); at >= 0; at = pattern.IndexOf("[^", at + 2, StringComparison.Ordinal))
        {
            var end = pattern.IndexOf(']', Math.Min(at + 3, pattern.Length));
            if (end < 0) return false;
            var set = pattern.AsSpan(at, end - at);
            if (!set.Contains("\\n", StringComparison.Ordinal) && !set.Contains("\\s", StringComparison.Ordinal) && pattern.AsSpan(0, at).Contains('(')) return true;
        }
        return false;
    }
}
