namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// An `internal` location that a client reaches by way of a `rewrite`, `try_files` or `error_page` whose target the client decides on: each of them makes the
/// request an internal one (ngx_http_core_module, `internal`).
/// </summary>
internal sealed class NginxInternalReachable : IAnalysis
{
    public string Id => "nginx-internal-reachable";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var variables = new NginxVariables(judged);
        foreach (var server in judged.At("http/server"))
        {
            var inside = server.All().Skip(1).ToList();
            var locations = inside.Where(scope => scope.Block.Key == "location" && scope.Own("internal").Count > 0).Select(scope => NginxLocation.Prefix(scope.Block)).OfType<string>().ToList();
            if (locations.Count == 0) continue; // Nothing to reach.
            foreach (var scope in inside.Prepend(server))
            {
                if (scope.Own("internal").Count > 0) continue; // The client is not here.
                foreach (var setting in (string[])["rewrite", "try_files", "error_page"])
                    foreach (var redirect in scope.Own(setting))
                        if (Target(setting, redirect.Arguments) is { } target && variables.IsFromClient(target) && locations.Find(location => MayBe(target, location)) is { } reached)
                            yield return new Hit(redirect, scope, $"`{target}` can become a path below {reached}, which is internal.");
            }
        }
    }

    private static string? Target(string directive, IReadOnlyList<string> arguments) => directive switch
    {
        "rewrite" when arguments.Count > 1 && !(arguments.Count > 2 && arguments[2] is "redirect" or "permanent" or "break") && !arguments[1].StartsWith("http", StringComparison.Ordinal) && !arguments[1].StartsWith("$scheme", StringComparison.Ordinal) => arguments[1],
        "try_files" or "error_page" when arguments.Count > 1 && arguments[^1] is ['/' or '$', ..] => arguments[^1],
        _ => null,
    };

    /// <summary>What stands before the first variable begins the location, or the location begins it.</summary>
    private static bool MayBe(string target, string location)
    {
        var fixedPart = target[..Math.Max(0, target.IndexOf('$', StringComparison.Ordinal))];
        var path = fixedPart.Split('?')[0];
        if (path.Length < fixedPart.Length) return false; // Only its arguments vary.
        return location.StartsWith(path, StringComparison.Ordinal) || path.StartsWith(location, StringComparison.Ordinal);
    }
}
