using System.Text;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Makes configurations that the Apache HTTP server takes: includes of files, patterns and folders, defines, conditions, sections, every kind of quoting.</summary>
internal sealed class GeneratedHttpd
{
    private readonly Random random;
    private readonly List<(string Path, string Text)> files = [];
    private int number;

    private GeneratedHttpd(int seed) => random = new Random(seed);

    public IReadOnlyList<(string Path, string Text)> Files => files;

    /// <summary>`NAME=value` of the environment.</summary>
    public List<string> Environment { get; } = [];

    public List<string> Arguments { get; } = [];

    public static GeneratedHttpd Of(int seed)
    {
        var made = new GeneratedHttpd(seed);
        if (made.random.Next(2) == 0) made.Environment.Add("ADMIN=from-env@example.org");
        if (made.random.Next(2) == 0) made.Environment.Add("D1=shadowed");
        for (var i = made.random.Next(3); i > 0; i--) made.Arguments.AddRange(made.random.Next(2) == 0 ? ["-D", $"A{i}"] : [$"-DA{i}"]);
        if (made.random.Next(3) == 0) made.Arguments.AddRange(["-C", "Timeout 77", "-c", "KeepAlive Off"]);
        made.files.Add(("/etc/apache2/apache2.conf", "Listen 127.0.0.1:1\nPidFile /etc/apache2/pid\nErrorLog /etc/apache2/error.log\nDefine PLAIN plain\n" + made.Body(0, server: true)));
        return made;
    }

    private string Body(int depth, bool server)
    {
        var text = new StringBuilder();
        for (var i = random.Next(3, 7); i > 0; i--) text.Append(Pick(Directive(server), Condition(depth, server), Section(depth, server), Variable(), Split(depth, server)));
        return text.ToString();
    }

    private string Directive(bool server) => Line(Pick(
        $"{(server ? "ServerAdmin" : "ErrorDocument 403")} {Word(Pick("a@example.org", "${ADMIN}", "${D1}", "${PLAIN}", "${D1}${PLAIN}x", "it's a", "say \\\"x\\\"", "${a:b}"))}",
        server ? $"Timeout {random.Next(1, 99)}" : "ServerSignature On",
        server ? Pick("KeepAlive Off", "keepalive on") : "FileETag Size",
        $"ErrorDocument 404 {Word(Pick("gone with blanks", "/x.html"))}",
        "SERVERSIGNATURE Off"));

    private string Line(string text)
    {
        var indent = Pick("", "  ", "\t");
        var at = text.IndexOf(' ', StringComparison.Ordinal);
        return indent + (random.Next(5) == 0 ? text[..at] + " \\\n   " + text[(at + 1)..] : text) + Pick("\n", " \n", "\r\n", "\n# it's a comment > </Directory> \\\nTimeout 1 of the comment\n\n");
    }

    private string Variable() => Pick($"Define D{random.Next(1, 3)} {Word(Pick("v1", "two-words", "${PLAIN}-x"))}\n", $"Define D{random.Next(1, 4)} w\n", $"UnDefine D{random.Next(1, 3)}\n", $"Define A{random.Next(1, 3)}\n");

    private string Condition(int depth, bool server)
    {
        if (depth > 3) return "";
        var not = Pick("", "!");
        var (name, argument) = random.Next(4) switch
        {
            0 => ("IfDefine", not + Pick("A1", "A2", "D1", "D2", "NOPE", "DUMP_CONFIG_NOT")),
            1 => ("IfModule", not + Pick("mod_version.c", "version_module", "core.c", "event.c", "mpm_event_module", "mod_ssl.c", "ssl_module", "mod_authz_core.c", "mod_unixd.c", "prefork.c")),
            2 => ("IfVersion", Pick("", "! ").TrimEnd() + Pick(">= 2.4", "< 2.4", "= 2.4.1", "> 2.4.0", "<= 3", "== 2.4", ">= 2.4.6", "> 2")),
            _ => ("IfFile", not + Word(Pick("/etc/apache2/apache2.conf", "apache2.conf", "none.conf", "!none.conf"))),
        };
        return $"{Pick("", "  ")}<{name} {argument}>\n{Body(depth + 1, server)}</{(random.Next(4) == 0 ? name.ToUpperInvariant() : name)}>\n";
    }

    private string Section(int depth, bool server)
    {
        if (depth > 2) return "";
        var name = server ? Pick($"VirtualHost *:{random.Next(1, 9)}", "Directory \"/srv/a b\"", "Directory /srv/${PLAIN}", "Location /x", "Files \"*.x\"", "FilesMatch \"\\.php$\"", "DirectoryMatch ^/srv/.+") : Pick("Files \"x y\"", "If \"%{HTTP_HOST} == 'a'\"");
        var inner = name.StartsWith("VirtualHost", StringComparison.Ordinal) ? $"ServerName h{number++}.example.org\n{Section(depth + 1, server: false)}" : "";
        if (name.StartsWith("If ", StringComparison.Ordinal) || name.StartsWith("Files", StringComparison.Ordinal) || name.StartsWith("Location", StringComparison.Ordinal)) depth = 3;
        return $"<{name}>\n{inner}{Body(Math.Max(depth + 1, 2), server: false)}</{name.Split(' ')[0]}>\n";
    }

    /// <summary>Moves a body into files of its own.</summary>
    private string Split(int depth, bool server)
    {
        if (depth > 1) return "";
        var name = $"part{number++}";
        switch (random.Next(3))
        {
            case 0:
                files.Add(($"/etc/apache2/{name}.conf", Body(depth + 1, server)));
                return $"Include {Word(Pick($"{name}.conf", $"/etc/apache2/{name}.conf"))}\n";
            case 1:
                files.Add(($"/etc/apache2/{name}/b.conf", Body(depth + 1, server)));
                files.Add(($"/etc/apache2/{name}/a.conf", Directive(server)));
                files.Add(($"/etc/apache2/{name}/c.txt", "Not Read\n"));
                return $"IncludeOptional {name}/*.conf\nIncludeOptional none{number}/*.conf\n";
            default:
                files.Add(($"/etc/apache2/{name}.d/b/x", Directive(server)));
                files.Add(($"/etc/apache2/{name}.d/a", Body(depth + 1, server)));
                return $"Include {name}.d\n";
        }
    }

    private string Word(string text) => text.Contains(' ', StringComparison.Ordinal) || text.Contains('"', StringComparison.Ordinal) || random.Next(2) == 0 ? $"\"{text}\"" : text;

    private string Pick(params string[] of) => of[random.Next(of.Length)];
}
