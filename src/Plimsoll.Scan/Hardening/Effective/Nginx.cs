using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// nginx(8): the directives of `-g` come first, then the file that `-c` names or the built-in one, each `include` in its place. A relative path of
/// `-c` counts from the prefix (`-p`), one of `include` from the folder of the main file. The entrypoint of the official image writes
/// files before that (<see cref="NginxEntrypoint"/>).
/// </summary>
internal sealed class Nginx : IHardenedApplication
{
    /// <summary>Files that are read at most, a file counted as often as it is included.</summary>
    public const int MostFiles = 4096;

    /// <summary>Settings of one configuration: twenty times as many as the longest we know of.</summary>
    public const int MostSettings = 500_000;

    /// <summary>Directives that may stand several times in a block, each adding to the others.</summary>
    private static readonly FrozenSet<string> several = FrozenSet.Create(
        StringComparer.Ordinal,
        "access_log", "add_header", "add_trailer", "allow", "deny", "error_log", "error_page", "fastcgi_param", "if", "include", "limit_conn", "limit_req", "limit_req_zone", "limit_conn_zone", "listen", "load_module",
        "location", "log_format", "map", "proxy_cookie_path", "proxy_hide_header", "proxy_pass_header", "proxy_set_header", "return", "rewrite", "server", "server_name", "set", "set_real_ip_from", "ssl_certificate",
        "ssl_certificate_key", "upstream", "uwsgi_param", "scgi_param", "grpc_set_header", "geo", "auth_request_set", "sub_filter", "env");

    /// <summary>Directives that hold only where they stand.</summary>
    private static readonly FrozenSet<string> local = FrozenSet.Create(
        StringComparer.Ordinal,
        "alias", "fastcgi_pass", "grpc_pass", "if", "internal", "listen", "location", "memcached_pass", "proxy_pass", "return", "rewrite", "scgi_pass", "server", "server_name", "set", "stub_status", "try_files", "upstream", "uwsgi_pass", "limit_except", "ssl_reject_handshake");

    public string Name => "nginx";

    public FilePattern Files => FilePattern.WithExtension(".template");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        Frame("main", "{}"),
        Frame("http", "events { }\nhttp {\n{}\n}\n"),
        Frame("server", "events { }\nhttp {\n    server {\n        listen 80 default_server;\n        server_name example.org;\n{}\n    }\n}\n"),
        Frame("tls", "events { }\nhttp {\n    server {\n        listen 443 ssl default_server;\n        server_name example.org;\n        ssl_certificate /etc/nginx/tls.crt;\n        ssl_certificate_key /etc/nginx/tls.key;\n{}\n    }\n}\n"),
        Frame("location", "events { }\nhttp {\n    server {\n        listen 80 default_server;\n        server_name example.org;\n        location / {\n{}\n        }\n    }\n}\n"),
    ];

    public ServerCheck Check { get; } = new("nginx", "/etc/nginx/nginx.conf", ["-t", "-q", "-e", "stderr", "-g", "pid {folder}pid;", "-c", "{main}"])
    {
        Lacking = ["unknown directive", "host not found in upstream", "getpwnam(", "dlopen() "],
    };

    public int EndOf(string text, int start) => NginxGrammar.EndOf(text, start);

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var options = Options.Parse(subject.Process.Arguments, "cpgse", [], mixed: true);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        foreach (var (name, value) in options.Given)
            if (name == "-g") settings.AddRange(Directives(value));
        var written = NginxEntrypoint.Written(subject, settings);
        var reading = new NginxIncludes(subject, written);
        settings.AddRange(reading.Main(options.Last("-c"), options.Last("-p")));
        return settings.ToImmutable();
    }

    public Found Find(Scope scope, string key)
    {
        if (!scope.MayHave(key)) return Found.Nothing;
        if (key is "allow" or "deny") return Access(scope, key);
        var found = local.Contains(key) ? scope.Here(key) : scope.Nearest(key);
        // A second one would keep nginx from starting, so the one that is seen is it.
        return found.Settings.Count > 0 && !several.Contains(key) && found.Settings[^1].Needs is null && Owns(scope, key) ? found with { Gap = null } : found;
    }

    public Setting? Default(string key, string? version) => NginxDefaults.Of(key, version);

    /// <summary>What is known of a block that has the setting itself is known, whatever the blocks inside of it could not show.</summary>
    private static bool Owns(Scope scope, string key)
    {
        for (var at = scope; at is not null; at = at.Parent)
        {
            if (at.Own(key).Count > 0) return true;
            if (at.Gap is not null) return false;
        }
        return false;
    }

    /// <summary>`allow` and `deny` are one list: a block that has either takes nothing from outside (ngx_http_access_module).</summary>
    private static Found Access(Scope scope, string key)
    {
        for (var at = scope; at is not null; at = at.Parent)
            if (at.Own("allow").Count > 0 || at.Own("deny").Count > 0) return at.Here(key);
            else if (at.Gap is { } gap) return new Found([], gap);
        return Found.Nothing;
    }

    private static ImmutableArray<Setting> Directives(Value given)
    {
        var origin = Origin.Argument("-g");
        if (!given.Known) return [Setting.Gap("", [given.Text], origin, $"the value of `{given.Text}` when the container starts")];
        return NginxGrammar.Parse(given.Text.TrimEnd().EndsWith(';') ? given.Text : given.Text + ";", (_, _) => origin).Settings;
    }

    private static ExampleFrame Frame(string name, string text) => new(name, "/etc/nginx/nginx.conf", text, ["/usr/sbin/nginx", "-g", "daemon off;"], ["NGINX_VERSION=1.28.0"]);
}
