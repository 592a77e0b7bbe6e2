using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>The Apache HTTP server (httpd(8)): `-f` names the file, `-d` the server root; Debian keeps it in /etc/apache2, the source build in /usr/local/apache2.</summary>
internal sealed class Httpd : IKnownApplication
{
    public string Name => "apache-httpd";
    public ImmutableArray<string> Executables => ["httpd", "apache2", "apachectl", "apache2ctl"];
    public ImmutableArray<string> VersionVariables => ["HTTPD_VERSION", "APACHE_VERSION"];

    public bool GoesToBackground(Process process)
    {
        var options = Parse(process);
        return process.Argv.All(word => word.Text is not ("-DFOREGROUND" or "-DNO_DETACH" or "-t" or "-v" or "-V" or "-X"))
            && options.Last("-D") is not { Text: "FOREGROUND" or "NO_DETACH" };
    }

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var options = Parse(search.Process);
        var path = search.Executable.Path;
        var root = options.Last("-d")?.Text
            ?? (path.StartsWith("/usr/local/apache2/", StringComparison.Ordinal) ? "/usr/local/apache2"
                : search.Files("/etc/apache2/apache2.conf").Any() ? "/etc/apache2" : search.Files("/etc/httpd/conf/httpd.conf").Any() ? "/etc/httpd" : "/etc/apache2");
        var main = options.Last("-f") is { } given ? search.Files(root, given.Text) : search.First($"{root}/apache2.conf", $"{root}/conf/httpd.conf", $"{root}/httpd.conf");
        return search.WithIncludes(main, line => ConfigSearch.After(line, "Include", "IncludeOptional"), root);
    }

    private static Options Parse(Process process) => Options.Parse(process.Arguments, "dfCcDeEk", [], mixed: true);
}
