using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Each server is asked itself: it takes what is right, and what is wrong is told in its own words.</summary>
public sealed class ServerTrialTests
{
    [Theory]
    [InlineData("nginx", "main", "events { }\nhttp { gzip off; }\n", "events { }\nhttp { gzip perhaps; }\n", "nginx refuses it: ", "it must be \"on\" or \"off\" in /etc/nginx/nginx.conf:2")]
    [InlineData("redis", "conf", "maxclients 100\n", "maxclients many\n", "redis-server refuses it: ", "maxclients")]
    [InlineData("openssh", "conf", "MaxAuthTries 3\n", "MaxAuthTries many\n", "/usr/sbin/sshd refuses it: ", "/etc/ssh/sshd_config line 1")]
    [InlineData("haproxy", "main", "global\n  maxconn 10\n", "global\n  maxconn\n", "haproxy refuses it: ", "'maxconn' expects an integer argument")]
    [InlineData("postgresql", "conf", "fsync = on\n", "fsync = perhaps\n", "postgres refuses it: ", "parameter \"fsync\" requires a Boolean value")]
    [InlineData("postgresql", "hba", "host all all 192.0.2.0/24 md5\n", "host all all 192.0.2.0/99 md5\n", "postgres refuses it: ", "invalid CIDR mask in address \"192.0.2.0/99\"")]
    [InlineData("tomcat", "service", "<Connector port=\"8080\" xpoweredBy=\"true\"/>", "<Connector port=\"8080\" xpoweredby=\"true\"/>", "catalina.sh refuses it: ", "failed to set property [xpoweredby] to [true]")]
    [InlineData("tomcat", "service", "<Engine name=\"a\" defaultHost=\"a\"><Host name=\"a\"/></Engine>", "<Engine name=\"a\" defaultHost=\"a\"><Host name=\"a\"></Engine>", "catalina.sh refuses it: ", "/usr/local/tomcat/conf/server.xml; lineNumber: 3")]
    [InlineData("rabbitmq", "conf", "heartbeat = 10\n", "heartbeat\n", "erl refuses it: ", "Syntax error in /etc/rabbitmq/rabbitmq.conf after line 1 column 1")]
    [InlineData("rabbitmq", "conf", "ssl_options.verify = verify_peer\n", "ssl_options.verify = perhaps\n", "erl refuses it: ", "\"perhaps\" is not a valid enum value, acceptable values are: verify_peer, verify_none")]
    [InlineData("mariadb", "conf", "log_warnings = 2\n", "log_warnings = few\n", "mariadbd refuses it: ", "Unknown suffix 'f' used for variable 'log_warnings'")]
    [InlineData("mysql", "conf", "sql_mode = ANSI\n", "sql_mode = some\n", "m", "Error while setting value 'some' to 'sql_mode'")]
    [InlineData("php-fpm", "pool", "pm.max_children = 5\n", "pm.max_children = 0\n", "php-fpm8.2 refuses it: ", "pm.max_children must be a positive value")]
    [InlineData("apache-httpd", "main", "TraceEnable off\n", "TraceEnable perhaps\n", "apache2 refuses it: ", "TraceEnable must be one of 'on', 'off', or 'extended'")]
    public void A_file_is_taken_or_refused(string name, string frame, string right, string wrong, string begins, string says)
    {
        var application = All.Find(name)!;
        var (refusal, unasked) = HardenedImage.Ask(application, Framed(right));
        if (unasked?.EndsWith("is not installed", StringComparison.Ordinal) == true) Assert.Skip(unasked);
        Assert.Null(refusal);
        Assert.EndsWith(" asked instead, takes it", unasked ?? " asked instead, takes it", StringComparison.Ordinal); // MariaDB's server stands in for MySQL's.
        (refusal, unasked) = HardenedImage.Ask(application, Framed(wrong));
        Assert.EndsWith(" asked instead, refuses it", unasked ?? " asked instead, refuses it", StringComparison.Ordinal);
        Assert.StartsWith(begins, refusal, StringComparison.Ordinal);
        Assert.Contains(says, refusal, StringComparison.Ordinal);

        Example Framed(string piece)
        {
            var form = application.Frames.First(one => one.Name == frame);
            return new Example { Line = 1, Files = [(form.Path, form.Text.Replace("{}", piece, StringComparison.Ordinal))], Command = form.Command, Environment = form.Environment };
        }
    }

    [Theory]
    [InlineData("memcached", "-m 64 -l 192.0.2.1 -U 11211", "", "-t none", "", "memcached refuses it: Number of threads must be greater than 0")]
    [InlineData("memcached", "-S", "", "-I 1", "", "memcached refuses it: ")]
    [InlineData("node", "--tls-min-v1.3 /app/server.js", "NODE_OPTIONS=--no-insecure-http-parser", "/app/server.js", "NODE_OPTIONS=--check", "node refuses it: /usr/bin/node: --check is not allowed in NODE_OPTIONS")]
    [InlineData("node", "--env-file=/app/.env /app/server.js", "", "--inspect=localhost:99999 /app/server.js", "", "node refuses it: /usr/bin/node: must be 0 or in range 1024 to 65535.")]
    public void Arguments_are_taken_or_refused(string name, string right, string variable, string wrong, string other, string says)
    {
        var application = All.Find(name)!;
        var (refusal, unasked) = HardenedImage.Ask(application, Started(right, variable));
        if (unasked?.EndsWith("is not installed", StringComparison.Ordinal) == true) Assert.Skip(unasked);
        Assert.Equal((null, null), (refusal, unasked));
        (refusal, unasked) = HardenedImage.Ask(application, Started(wrong, other));
        Assert.Null(unasked);
        Assert.StartsWith(says, refusal, StringComparison.Ordinal);

        Example Started(string arguments, string environment) => new() { Line = 1, Files = [("/app/server.js", "0"), ("/app/.env", "A=1\n")], Command = ["/usr/bin/" + name, .. arguments.Split(' ')], Environment = environment.Length == 0 ? [] : [environment] };
    }

    [Theory]
    [InlineData("node", "/usr/bin/npm", "it is started in another way")]
    [InlineData("node", "/usr/bin/node --no-such-option /app/server.js", "the node of this machine says `bad option`")]
    [InlineData("memcached", "/usr/bin/memcached --no-such-option", "the memcached of this machine says `unrecognized option`")]
    public void What_could_not_be_asked_is_told(string name, string command, string reason)
    {
        var (refusal, unasked) = HardenedImage.Ask(All.Find(name)!, new Example { Line = 1, Files = [], Command = [.. command.Split(' ')] });
        if (unasked?.EndsWith("is not installed", StringComparison.Ordinal) == true) Assert.Skip(unasked);
        Assert.Equal((null, reason), (refusal, unasked));
    }
}
