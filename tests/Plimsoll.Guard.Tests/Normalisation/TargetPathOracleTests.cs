using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Paths as nginx, Apache httpd, Kestrel, Tomcat and Node read them.</summary>
public sealed class TargetPathOracleTests
{
    private const string nginx = """
        daemon off; master_process off; error_log /dev/null crit; pid FOLDER/nginx.pid;
        events { worker_connections 64; }
        http {
          access_log off;
          client_body_temp_path FOLDER/a; proxy_temp_path FOLDER/b; fastcgi_temp_path FOLDER/c; uwsgi_temp_path FOLDER/d; scgi_temp_path FOLDER/e;
          server { listen 127.0.0.1:PORT; location / { return 200 "<$uri>"; } }
        }
        """;

    private const string apache = """
        ServerRoot /usr/lib/apache2
        ServerName localhost
        Listen 127.0.0.1:PORT
        PidFile FOLDER/httpd.pid
        ErrorLog /dev/null
        LoadModule mpm_event_module modules/mod_mpm_event.so
        LoadModule authz_core_module modules/mod_authz_core.so
        LoadModule alias_module modules/mod_alias.so
        LoadModule headers_module modules/mod_headers.so
        DocumentRoot FOLDER
        <Directory />
          Require all granted
        </Directory>
        Header always set X-Path "expr=%{base64:%{REQUEST_URI}}"
        RedirectMatch 410 "^"
        """;

    private const string node = """
        const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
        for (const line of lines) {
          try {
            const target = Buffer.from(line, 'hex').toString('latin1');
            const path = process.argv[1] == 'url' ? new URL('http://h' + target).pathname : target;
            console.log('=' + Buffer.from(decodeURIComponent(path), 'utf8').toString('hex'));
          } catch { console.log('!'); }
        }
        """;

    [Fact]
    public void Paths_without_a_note_are_the_same_for_all()
    {
        var random = new Random(3);
        // What ends the request line is the gateway's to refuse.
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Path(random))];
        var ours = inputs.Select(input =>
        {
            var reading = Reading.Target(input);
            return (OracleProgram.Pairs([("", reading.Values[0].Content)]), !reading.Ambiguities.IsEmpty);
        }).ToArray();
        using var nginxServer = OracleServer.Start("nginx", [("nginx.conf", nginx)], "-c", "FOLDER/nginx.conf", "-p", "FOLDER", "-e", "/dev/null");
        using var apacheServer = OracleServer.Start("apache2", [("httpd.conf", apache)], "-f", "FOLDER/httpd.conf", "-DFOREGROUND");
        string[] byNginx = [.. inputs.Select(input => Nginx(nginxServer.Ask(Request(input))))];
        string[] byApache = [.. inputs.Select(input => Apache(apacheServer.Ask(Request(input))))];
        using var kestrel = new KestrelOracle();
        string[] byKestrel = [.. inputs.Select(input => kestrel.Ask("path", Request(input)))];
        Assert.True(byKestrel.Count(answer => answer != "!") > inputs.Length / 4);
        Assert.True(byNginx.Count(answer => answer != "!") > inputs.Length / 2);
        Assert.True(byApache.Count(answer => answer != "!") > inputs.Length / 4);
        OracleProgram.Compare(inputs, ours, differ: true, ("nginx", byNginx), ("Apache", byApache), ("Kestrel", byKestrel), ("Node's URL", OracleProgram.Ask(inputs, "node", "-e", node, "url")), ("Node's request", OracleProgram.Ask(inputs, "node", "-e", node, "raw")));
    }

    [Fact]
    public void Tomcat_reads_paths_without_a_note_alike()
    {
        var random = new Random(13);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs / 2).Select(_ => Inputs.Path(random))];
        using var tomcat = TomcatOracle.Start();
        string[] answers = [.. inputs.Select(input => TomcatOracle.Read(tomcat.Ask(Request(input))))];
        Assert.True(answers.Count(answer => answer != "!") > inputs.Length / 10);
        var clear = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            var reading = Reading.Target(inputs[i]);
            var ours = OracleProgram.Pairs([("", reading.Values[0].Content)]);
            if (!reading.Ambiguities.IsEmpty || answers[i] == "!") continue;
            clear++;
            Assert.Equal((inputs[i], ours), (inputs[i], answers[i]));
        }
        Assert.True(clear > inputs.Length / 20, $"only {clear} paths are clear and answered");
    }

    private static string Request(string target) => $"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    private static string Nginx(string answer) =>
        answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? "=" + OracleProgram.Hex(answer[(answer.IndexOf("\r\n\r\n<", StringComparison.Ordinal) + 5)..^1]) : "!";

    private static string Apache(string answer)
    {
        if (!answer.StartsWith("HTTP/1.1 410", StringComparison.Ordinal) || answer.IndexOf("X-Path: ", StringComparison.Ordinal) is not (> 0 and var start)) return "!";
        return "=" + Convert.ToHexStringLower(Convert.FromBase64String(answer[(start + 8)..answer.IndexOf('\r', start)]));
    }
}
