using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The Apache HTTP server, httpd(8): directives of `-C`, then the main file (`-f`, relative to `-d` or the built-in root) with what it includes, then those of
/// `-c`. Debian's apache2ctl takes the environment of /etc/apache2/envvars. Where .htaccess files are allowed, what they change is a gap.
/// </summary>
internal sealed class Httpd : IHardenedApplication
{
    private const string HtAccess = ".htaccess";

    public string Name => "apache-httpd";

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        Frame("main", "{}"),
        Frame("server", Base + "{}"),
        Frame("host", Base + "<VirtualHost *:80>\nServerName example.org\n{}</VirtualHost>\n"),
        Frame("tls", Base + "LoadModule ssl_module modules/mod_ssl.so\nLoadModule headers_module modules/mod_headers.so\n<VirtualHost *:443>\nServerName example.org\nSSLEngine on\n{}</VirtualHost>\n"),
        Frame("directory", Base + "<Directory /srv/www>\nRequire all granted\n{}</Directory>\n"),
    ];

    /// <summary>Debian's: what the vendor's loads and this has built in is left out.</summary>
    public ServerCheck Check { get; } = new("apache2", "/usr/local/apache2/conf/httpd.conf", ["-t", "-d", "{folder}", "-f", "{main}", "-C", "LoadModule mpm_event_module modules/mod_mpm_event.so", "-C", "LoadModule authz_core_module modules/mod_authz_core.so"])
    {
        Omitted = ["LoadModule unixd_module", "LoadModule log_config_module"],
        Links = [("modules", "/usr/lib/apache2/modules"), ("logs", "/tmp")],
        Lacking = ["does not have any compression methods"],
    };

    private const string Base = "LoadModule unixd_module modules/mod_unixd.so\nLoadModule authz_core_module modules/mod_authz_core.so\nListen 80\n";

    /// <summary>At the end: what a directive needs is loaded before it, and of a setting the last counts.</summary>
    public (int At, string Before) Outermost(string text) => (text.Length, "");

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var process = subject.Process;
        var options = Options.Parse(process.Arguments, "dfCcDeEk", [], mixed: true);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var executable = subject.Application.Executable?.Path ?? process.Program;
        var variables = new HttpdVariables(subject);
        if (process.Name is "apachectl" or "apache2ctl" && subject.TryFind("/", process.EnvValue("APACHE_ENVVARS") ?? "/etc/apache2/envvars", out var script) && subject.TryRead(script, out var exports)) variables.Source(exports);
        foreach (var (_, name) in options.Given.Where(option => option.Name == "-D" && option.Value.Known)) variables.Define(name.Text, null, null);
        var (root, main) = Places(subject, executable, options);
        var reading = new HttpdReading(subject, variables, new HttpdModules(Program(executable)), root);
        Given("-C");
        if (options.Given.Any(option => option is { Name: "-f" or "-d", Value.Known: false })) settings.Add(Setting.Gap("Include", [main], Origin.Argument("-f"), "which file the command names when the container starts"));
        else if (subject.TryFind(root, main, out var file)) reading.ReadFile(file, Origin.Argument("-f"), settings);
        else settings.Add(Subject.Missing("Include", Programs.Absolute(root, main), options.Last("-f") is null ? Origin.Image("built-in path of the main file") : Origin.Argument("-f")));
        Given("-c");
        if (process.Arguments.ToArray().FirstOrDefault(word => !word.Known) is { Text: not null } unknown) settings.Add(Setting.Gap("", [unknown.Text], Origin.Argument(unknown.Text), $"the value of `{unknown.Text}` when the container starts"));
        return [.. settings.Select(WithHtAccess)];

        void Given(string option)
        {
            foreach (var (_, value) in options.Given.Where(given => given.Name == option && given.Value.Known))
                reading.Read(HttpdGrammar.Parse(value.Text, (_, _) => Origin.Argument(option)).Settings, settings);
        }
    }

    public Found Find(Scope scope, string key) => HttpdSections.Find(scope, key);

    public Setting? Default(string key, string? version) => HttpdDefaults.Of(key, version);

    /// <summary>Whether a gap stands for files that are read at each request.</summary>
    internal static bool IsHtAccess(Setting gap) => gap is { IsGap: true, Key: HtAccess };

    /// <summary>apache2ctl is a script of Debian's server.</summary>
    private static string Program(string executable) => executable is "/usr/sbin/apache2ctl" or "/usr/sbin/apachectl" ? "/usr/sbin/apache2" : executable;

    private static (string Root, string Main) Places(Subject subject, string executable, Options options)
    {
        var root = options.Last("-d")?.Text;
        if (options.Last("-f") is { } given) return (root ?? BuiltIn(), given.Text);
        if (root is not null) return (root, subject.TryFind(root, "apache2.conf", out _) ? "apache2.conf" : "conf/httpd.conf");
        // Alpine's package has its root in /var/www and its file elsewhere.
        return BuiltIn() is var found && found == "/var/www" ? (found, "/etc/apache2/httpd.conf") : (found, found == "/etc/apache2" ? "apache2.conf" : "conf/httpd.conf");

        string BuiltIn() =>
            executable.StartsWith("/usr/local/apache2/", StringComparison.Ordinal) ? "/usr/local/apache2"
            : subject.TryFind("/", "/etc/apache2/apache2.conf", out _) ? "/etc/apache2"
            : subject.TryFind("/", "/etc/httpd/conf/httpd.conf", out _) ? "/etc/httpd"
            : subject.TryFind("/", "/etc/apache2/httpd.conf", out _) ? "/var/www" : "/etc/apache2";
    }

    private static Setting WithHtAccess(Setting setting)
    {
        if (!setting.IsBlock) return setting;
        var children = setting.Children.Select(WithHtAccess).ToImmutableArray();
        var allowed = setting.Key.Equals("Directory", StringComparison.OrdinalIgnoreCase) ? children.LastOrDefault(child => child.Key.Equals("AllowOverride", StringComparison.OrdinalIgnoreCase)) : null;
        if (allowed is not null && !allowed.Value.Equals("None", StringComparison.OrdinalIgnoreCase))
            children = children.Add(Setting.Gap(HtAccess, [], allowed.Origin, $"the {HtAccess} files below {setting.Value}, which are read at each request"));
        return setting with { Children = children };
    }

    private static ExampleFrame Frame(string name, string text) => new(name, "/usr/local/apache2/conf/httpd.conf", text, ["/usr/local/apache2/bin/httpd", "-DFOREGROUND"], ["HTTPD_VERSION=2.4.62"]);
}
