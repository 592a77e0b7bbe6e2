namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>`allow` without `deny all` after it allows everybody: what no line names is let in (ngx_http_access_module).</summary>
internal sealed class NginxAllowWithoutDeny : IAnalysis
{
    public string Id => "nginx-allow-without-deny";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.Scopes)
        {
            if (scope.Own("allow") is not { Count: > 0 } allowed || allowed.Any(allow => allow.Value == "all")) continue;
            if (scope.Own("deny").Any(deny => deny.Value == "all")) continue;
            yield return new Hit(allowed[^1], scope, "Addresses that no line names are let in.", $"{allowed[^1]};\ndeny all;", scope.Gap?.Needs);
        }
    }
}
