using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// A prefix location that does not end in `/` with an alias that does: nginx puts what follows the prefix behind the alias, so `/files../x`
/// leaves it by one folder (ngx_http_core_module, `alias`).
/// </summary>
internal sealed class NginxAliasTraversal : IAnalysis
{
    public string Id => "nginx-alias-traversal";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.At("location"))
        {
            if (NginxLocation.Prefix(scope.Block) is not { } prefix || prefix.EndsWith('/')) continue; // Not by prefix, or closed by its slash.
            foreach (var alias in scope.Own("alias"))
                if (alias.Arguments is [var target] && target.EndsWith('/'))
                    yield return new Hit(scope.Block, scope, $"`{prefix}../` leads out of {target}.", $"location {string.Join(' ', scope.Block.Arguments)}/ {{");
        }
    }
}
