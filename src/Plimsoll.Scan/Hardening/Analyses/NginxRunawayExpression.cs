namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>Expressions that backtrack without end on a text made for it: nginx tries them with PCRE while all of a worker's requests wait.</summary>
internal sealed class NginxRunawayExpression : IAnalysis
{
    /// <summary>Directives whose arguments are expressions where they begin with `~`.</summary>
    private static readonly string[] lists = ["server_name", "valid_referers", "proxy_redirect", "proxy_cookie_domain", "proxy_cookie_path"];

    public string Id => "nginx-runaway-expression";

    public IEnumerable<Hit> Find(Judged judged)
    {
        foreach (var scope in judged.Scopes)
        {
            if (scope.Block.Key == "location" && NginxLocation.Expression(scope.Block) is { } path && BacktrackingExpression.Runs(path) is { } part)
                yield return new Hit(scope.Block, scope, Told(part));
            if (scope.Block is { Key: "if", Arguments: [_, "~" or "~*" or "!~" or "!~*", var tested, ..] } && BacktrackingExpression.Runs(tested.TrimEnd(')')) is { } condition)
                yield return new Hit(scope.Block, scope, Told(condition));
            foreach (var rewrite in scope.Own("rewrite"))
                if (rewrite.Arguments.Length > 0 && BacktrackingExpression.Runs(rewrite.Arguments[0]) is { } bad) yield return new Hit(rewrite, scope, Told(bad));
            foreach (var key in lists)
                foreach (var name in scope.Own(key))
                    foreach (var pattern in name.Arguments)
                        if (pattern.StartsWith('~') && BacktrackingExpression.Runs(pattern.TrimStart('~', '*')) is { } host) yield return new Hit(name, scope, Told(host));
            foreach (var split in scope.Own("fastcgi_split_path_info"))
                if (BacktrackingExpression.Runs(split.Value) is { } script) yield return new Hit(split, scope, Told(script));
            if (scope.Block.Key != "map") continue; // Only its keys are expressions, too.
            foreach (var entry in scope.Block.Children)
                if (entry.Key.StartsWith('~') && BacktrackingExpression.Runs(entry.Key.TrimStart('~', '*')) is { } key) yield return new Hit(entry, scope, Told(key));
        }
    }

    private static string Told(string part) => $"`{part}` matches the same text in many ways.";
}
