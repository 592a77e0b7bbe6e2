using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// A prefix location that does not end in `/` with an alias that does: nginx puts what follows the prefix behind the alias, so `/files../x`
/// leaves it by one folder (ngx_http_core_module, `alias`). So does a location by an expression that captures what follows a name without a slash.
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
            foreach (var alias in scope.Own("alias"))
                if (alias.Arguments is [var target] && target.EndsWith('/'))
                    yield return new Hit(scope.Block, scope, $"`{prefix}../` leads out of {target}.", $"location {string.Join(' ', scope.Block.Arguments)}/ {{");
        }
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
