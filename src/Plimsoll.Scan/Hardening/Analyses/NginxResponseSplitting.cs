using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// `$uri` and `$document_uri` are decoded, so `%0d%0a` in a request becomes the end of a line in a redirect, a header or a request to a backend. So do
/// what expressions capture of them by a class that takes line feeds.
/// </summary>
internal sealed class NginxResponseSplitting : IAnalysis
{
    private static readonly string[] directives = ["return", "rewrite", "add_header", "proxy_set_header", "proxy_pass"];

    public string Id => "nginx-response-splitting";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var variables = new NginxVariables(judged);
        foreach (var scope in judged.Scopes)
            foreach (var directive in directives)
                foreach (var setting in scope.Own(directive))
                {
                    var value = (directive == "rewrite" ? setting.Arguments.ElementAtOrDefault(1) : setting.Arguments.LastOrDefault(argument => argument != "always")) ?? "";
                    if (directive == "return" && !IsRedirect(setting)) continue; // A body has lines anyway.
                    if (directive == "rewrite" && !IsRedirecting(setting)) continue; // Stays inside.
                    if (variables.IsDecoded(value)) yield return new Hit(setting, scope, $"`{value}` holds a decoded path, which may have line feeds.", Encoded(setting));
                    else if (directive != "rewrite" && CaptureWithLineFeed(scope, value) is { } capture) yield return new Hit(setting, scope, $"`{capture}` is captured by an expression that takes line feeds.");
                }
    }

    private static bool IsRedirect(Setting setting) => setting.Arguments is [var url] && (url.StartsWith("http", StringComparison.Ordinal) || url.StartsWith("$scheme", StringComparison.Ordinal))
        || setting.Arguments is ["301" or "302" or "303" or "307" or "308", _];

    private static bool IsRedirecting(Setting rewrite) => rewrite.Arguments is [_, _, "redirect" or "permanent"] || (rewrite.Arguments is [_, var to, ..] && (to.StartsWith("http://", StringComparison.Ordinal) || to.StartsWith("https://", StringComparison.Ordinal) || to.StartsWith("$scheme", StringComparison.Ordinal)));

    private static string? Encoded(Setting setting)
    {
        var line = setting.ToString();
        if (setting.Arguments.Any(argument => argument.Contains(' ', StringComparison.Ordinal))) return null; // Its quotes are not known here.
        return line.Replace("${document_uri}", "$request_uri", StringComparison.Ordinal).Replace("${uri}", "$request_uri", StringComparison.Ordinal)
            .Replace("$document_uri", "$request_uri", StringComparison.Ordinal).Replace("$uri", "$request_uri", StringComparison.Ordinal) is var changed && changed != line ? $"{changed};" : null;
    }

    /// <summary>A numbered group of the expression that was tried last: of a `rewrite`, an `if` or the location. `set` escapes what it takes from one, and so does a redirect of `rewrite`.</summary>
    private static string? CaptureWithLineFeed(Scope scope, string value)
    {
        var numbers = NginxVariables.In(value).Where(name => char.IsAsciiDigit(name[0])).ToList();
        if (numbers.Count == 0) return null;
        foreach (var outer in scope.Outwards)
        {
            var rewrites = outer.Own("rewrite").Where(rewrite => rewrite.Arguments.Length > 0).ToList();
            var patterns = rewrites.Count > 0 ? rewrites.Select(rewrite => rewrite.Arguments[0])
                : NginxCaptures.Condition(outer.Block) is { } tested ? [tested]
                : outer.Block.Key == "location" && NginxLocation.Expression(outer.Block) is { } path ? [path] : null;
            if (patterns is not null) return patterns.SelectMany(NginxCaptures.WithLineFeed).FirstOrDefault(numbers.Contains) is { } number ? "$" + number : null;
            if (outer.Block.Key is "location" || outer.Block is { Key: "if", Arguments: [_, "~" or "~*" or "!~" or "!~*", ..] }) return null; // Of what is no path.
        }
        return null;
    }
}
