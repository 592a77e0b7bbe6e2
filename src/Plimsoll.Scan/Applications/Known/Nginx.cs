using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>nginx(8): `-c` names the file, `-p` the prefix that relative paths count from; else /etc/nginx/nginx.conf or what the source build has under /usr/local/nginx.</summary>
internal sealed class Nginx : IKnownApplication
{
    public string Name => "nginx";
    public ImmutableArray<string> Executables => ["nginx", "nginx-debug", "openresty"];
    public ImmutableArray<string> VersionVariables => ["NGINX_VERSION"];

    public bool GoesToBackground(Process process)
    {
        var options = Parse(process);
        return options.Last("-t", "-T", "-v", "-V", "-s", "-h") is null
            && !options.Given.Any(option => option.Name == "-g" && option.Value.Text.Replace(" ", "", StringComparison.Ordinal).Contains("daemonoff", StringComparison.Ordinal));
    }

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var options = Parse(search.Process);
        var prefix = options.Last("-p")?.Text;
        var main = options.Last("-c") is { } given
            ? search.Files(prefix ?? "/etc/nginx", given.Text)
            : prefix is not null ? search.Files(prefix, "conf/nginx.conf")
            : search.First("/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/openresty/nginx/conf/nginx.conf");
        var first = main.ToList();
        return search.WithIncludes(first, line => ConfigSearch.After(line, "include")?.Split(";")[0], first.Count > 0 ? first[0].Parent.Path : null);
    }

    private static Options Parse(Process process) => Options.Parse(process.Arguments, "cpgse", [], mixed: true);
}
