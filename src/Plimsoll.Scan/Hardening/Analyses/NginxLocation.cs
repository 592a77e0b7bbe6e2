using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>How a `location` of nginx is chosen (ngx_http_core_module, `location`).</summary>
internal static class NginxLocation
{
    /// <summary>The prefix of `location /x` and `location ^~ /x`; null for exact, named ones and expressions.</summary>
    public static string? Prefix(Setting location)
    {
        var path = location.Arguments.Length switch
        {
            1 => location.Arguments[0],
            2 when location.Arguments[0] == "^~" => location.Arguments[1],
            _ => "",
        };
        return path.Length == 0 || path[0] is '@' or '~' or '=' ? null : path;
    }

    /// <summary>The expression of `location ~ x` and `location ~* x`; null for others. nginx also takes it without the blank.</summary>
    public static string? Expression(Setting location) => location.Arguments switch
    {
        ["~" or "~*", var pattern] => pattern,
        [['~', '*', .. var pattern]] => pattern,
        [['~', .. var pattern]] => pattern,
        _ => null,
    };
}
