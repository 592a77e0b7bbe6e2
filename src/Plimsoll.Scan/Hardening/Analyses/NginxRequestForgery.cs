namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>A `proxy_pass` in which a client decides on the host: nginx then asks any server for it (server-side request forgery).</summary>
internal sealed class NginxRequestForgery : IAnalysis
{
    public string Id => "nginx-request-forgery";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var variables = new NginxVariables(judged);
        foreach (var scope in judged.Scopes)
        {
            if (scope.Outwards.Any(outer => outer.Own("internal").Count > 0)) continue; // Only nginx itself gets there.
            foreach (var pass in scope.Own("proxy_pass"))
                if (pass.Arguments is [var url] && variables.IsFromClient(Authority(url)))
                    yield return new Hit(pass, scope, $"The client decides on `{Authority(url)}`.");
        }
    }

    /// <summary>Scheme, host and port; what stands directly behind the host without a slash can make it longer, except what begins with a slash itself.</summary>
    private static string Authority(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return url;
        var slash = url.IndexOf('/', scheme + 3);
        var authority = slash < 0 ? url : url[..slash];
        foreach (var path in (ReadOnlySpan<string>)["$request_uri", "$uri", "${request_uri}", "${uri}"])
            if (authority.EndsWith(path, StringComparison.Ordinal)) return authority[..^path.Length];
        return authority;
    }
}
