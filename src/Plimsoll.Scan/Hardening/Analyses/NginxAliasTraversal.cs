using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// A prefix location that does not end in `/` with an alias or a backend's folder that does: nginx puts what follows the prefix behind it, so `/files../x`
/// leaves it by one folder (ngx_http_core_module, `alias`; ngx_http_proxy_module, `proxy_pass`). So does a location by an expression that captures what
/// follows a name without a slash.
/// </summary>
internal sealed class NginxAliasTraversal : IAnalysis
{
    public string Id => "nginx-alias-traversal";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.At("location"))
        {
            if (NginxLocation.Expression(scope.Block) is { } expression)
            {
                if (Loose(expression) is { } number && scope.Own("alias").FirstOrDefault(alias => alias.Value.Contains($"/${number}", StringComparison.Ordinal)) is { } captured)
                    yield return new Hit(captured, scope, $"`${number}` can begin with `../`, because no slash stands before it in `{expression}`.");
                continue; // Not by prefix.
            }
            if (NginxLocation.Prefix(scope.Block) is not { } prefix || prefix.EndsWith('/')) continue; // Not by prefix, or closed by its slash.
            foreach (var mapped in scope.Own("alias").Concat(scope.Own("proxy_pass").Where(IsFolder)))
                if (mapped.Arguments is [var target] && target.EndsWith('/'))
                    yield return new Hit(scope.Block, scope, $"`{prefix}../` leads out of {target}.", $"location {string.Join(' ', scope.Block.Arguments)}/ {{");
        }
    }

    /// <summary>Whether a backend is asked for what lies in a folder of its own: above its root there is nothing to reach.</summary>
    private static bool IsFolder(Setting pass)
    {
        var url = pass.Value;
        var path = url.IndexOf("://unix:", StringComparison.Ordinal) > 0 ? url.LastIndexOf(":/", StringComparison.Ordinal) + 1 : url.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme ? url.IndexOf('/', scheme + 3) : -1;
        return path > 0 && path < url.Length - 1;
    }

    /// <summary>The number of the first group that takes anything and stands right behind a name; null where a slash or another class stands before it.</summary>
    private static string? Loose(string expression)
    {
        for (int at = expression.IndexOf('(', StringComparison.Ordinal), number = 0; at >= 0; at = expression.IndexOf('(', at + 1))
        {
            if (at > 0 && expression[at - 1] == '\\') continue; // A bracket itself.
            if (expression.AsSpan(at + 1) is ['?', ..]) return null; // Not told apart here.
            number++;
            if (at > 0 && (char.IsAsciiLetterOrDigit(expression[at - 1]) || expression[at - 1] is '-' or '_') && expression.AsSpan(at + 1) is ['.', '*' or '+', ..]) return $"{number}";
        }
        return null;
    }
}
