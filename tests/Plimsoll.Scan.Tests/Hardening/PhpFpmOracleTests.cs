using System.Globalization;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against what php-fpm says: `-tt` of its own directives, a running script of each pool of PHP's settings.</summary>
public sealed class PhpFpmOracleTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    /// <summary>Settings of PHP with values that every place takes.</summary>
    private static readonly (string Key, string[] Values)[] settings =
    [
        ("display_errors", ["On", "Off", "no", "stderr", "1", "\"on\"", "'off'", "stdout", "${SWITCH}"]), ("log_errors", ["On", "off", "TRUE", "0", "${SWITCH}"]), ("expose_php", ["On", "Off ; why", "yes", "\"0\"", "none"]), ("allow_url_include", ["1", "0"]), ("allow_url_fopen", ["Off", "On"]),
        ("memory_limit", ["256M", "-1", "${LIMIT}M", "\"300M\" ; c"]), ("post_max_size", ["8M", "0", "\"1${LIMIT}M\"", "1G"]), ("max_execution_time", ["0", "30", "5|2", "(1|2)&6", "~-8"]), ("max_input_vars", ["1000", "20"]), ("session.use_strict_mode", ["1", "Off"]),
        ("session.cookie_httponly", ["", "On"]), ("session.cookie_samesite", ["Lax", "'Strict'", "None", "\"None\"", "none"]), ("session.cookie_lifetime", ["0", "3600"]), ("session.use_trans_sid", ["0", "1"]), ("session.use_only_cookies", ["1", "0"]), ("session.cookie_secure", ["yes", "no"]),
        ("enable_dl", ["Off", "On"]), ("variables_order", ["GPCS", "\"EGPCS\"", "EG PC"]), ("register_argc_argv", ["Off", "On"]), ("mail.add_x_header", ["On", "Off"]), ("zend.exception_ignore_args", ["On", "Off"]), ("zend.assertions", ["-1", "0", "1"]), ("html_errors", ["Off", "On"]),
        ("error_reporting", ["E_ALL & ~E_DEPRECATED & ~E_STRICT", "E_ALL", "22527", "E_ALL ^ E_NOTICE"]), ("phar.readonly", ["Off", "On"]), ("phar.require_hash", ["Off", "On"]), ("user_ini.filename", ["", "\".ini\""]), ("include_path", ["\".:/usr/share/php\"", "/a:/b"]), ("file_uploads", ["Off", "On"]),
        ("opcache.validate_permission", ["1", "0"]), ("disable_functions", ["exec", "\"system, passthru\"", "popen,exec"]), ("user_agent", ["$pool", "a b  c", "x;y", "it's 'x'", "\"q\\\"q\"", "${NAME}/1"]), ("auto_prepend_file", ["", "none"]),
    ];

    private static readonly (string Key, string[] Values)[] ofPools =
    [
        ("listen.mode", ["0660", "0666", "600"]), ("listen.backlog", ["-1", "511"]), ("clear_env", ["no", "yes", "On", "0", "\"false\""]), ("catch_workers_output", ["yes", "no"]), ("decorate_workers_output", ["no"]), ("security.limit_extensions", [".php", ".php .html", "", ".php .phar ; c"]), ("request_terminate_timeout", ["30", "5m", "0", "2h", "1d", "45s"]),
        ("pm.max_requests", ["500", "1|2", "${LIMIT}"]), ("pm.process_idle_timeout", ["20s", "1m"]), ("Pm.Max_Children", ["3", "4", "2"]), ("process.dumpable", ["yes", "no"]), ("rlimit_core", ["0", "unlimited"]), ("rlimit_files", ["1024"]), ("ping.path", ["/ping", "\"/p\""]), ("ping.response", ["pong", "$pool up"]),
        ("listen.allowed_clients", ["127.0.0.1", "\"127.0.0.1,::1\"", ""]), ("chdir", ["/", "/tmp"]), ("access.format", ["\"%R - %u\"", "%m"]), ("listen.owner", ["nobody"]), ("pm.status_path", ["/status"]), ("request_terminate_timeout_track_finished", ["yes"]),
    ];

    private static readonly (string Key, string[] Values)[] ofAll = [("log_limit", ["2048"]), ("emergency_restart_interval", ["1m", "10"]), ("emergency_restart_threshold", ["5"]), ("process.max", ["20"]), ("daemonize", ["no", "yes"]), ("log_buffering", ["no"]), ("process_control_timeout", ["10s"]), ("systemd_interval", ["20"]), ("syslog.ident", ["fpm"])];

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        using var server = new PhpFpmServer();
        var folder = server.Folder;
        var refused = 0;
        for (var seed = 0; seed < (full ? 300 : 30); seed++)
        {
            var random = new Random(seed);
            List<(string Path, string Text)> files =
            [
                ($"{folder}/main.conf", $"; {seed}\n{(random.Next(2) == 0 ? "[global]\n" : "")}error_log = {folder}/log\n{Lines(random, ofAll)}include = {folder}/d/*.conf\n{(random.Next(2) == 0 ? "" : $"[WWW]\n{Pool(random)}")}[Global]\n{Lines(random, ofAll)}{(random.Next(2) == 0 ? $"include={folder}/none.conf\n" : "")}"),
                ($"{folder}/d/a.conf", $"[www]\nuser = nobody\nlisten = {folder}/www.sock\npm = static\npm.max_children = 1\n{Pool(random)}"),
                ($"{folder}/d/b.conf", $"{Pool(random)}[ second ]\r\nuser = nobody\r\nlisten = {folder}/second.sock\npm = ondemand\npm.max_children = 2\n{Pool(random)}"),
                ($"{folder}/d/c.conf", random.Next(2) == 0 ? $"{Pool(random)}[www]\n{Pool(random)}" : "; nothing\n"),
                ($"{folder}/d/no.txt", "[x]\n"),
                ($"{folder}/ini/php.ini", $"[PHP]\n{Lines(random, settings)}{(random.Next(4) == 0 ? "broken = (1\nexpose_php = maybe\n" : "")}"),
                ($"{folder}/scan/b.ini", Lines(random, settings)),
                ($"{folder}/scan/B.ini", $"[Date]\n{Lines(random, settings)}"),
                ($"{folder}/scan/x.conf", "memory_limit = 1M\n"),
            ];
            if (random.Next(3) == 0) files.Add(($"{folder}/ini/php-fpm-fcgi.ini", Lines(random, settings)));
            else if (Directory.Exists(folder + "/ini")) File.Delete(folder + "/ini/php-fpm-fcgi.ini");
            List<(string Path, string Text)> debian = random.Next(2) == 0 ? [] : [.. Directory.GetFiles("/etc/php/8.2/fpm/conf.d", "*.ini").Select(path => (path, File.ReadAllText(path)))];
            string[] environment = ["SWITCH=yes", "LIMIT=128", "NAME=some name", $"PHP_INI_SCAN_DIR={(debian.Count > 0 ? ":" : "")}{folder}/scan", .. random.Next(3) == 0 ? [$"PHPRC={folder}/ini"] : Array.Empty<string>()];
            List<string> arguments = ["-y", folder + "/main.conf"];
            if (environment.Length == 4) arguments.AddRange(["-c", random.Next(2) == 0 || files.Exists(file => file.Path.EndsWith("fcgi.ini", StringComparison.Ordinal)) ? folder + "/ini" : folder + "/ini/php.ini"]);
            if (random.Next(6) == 0) arguments.Add("-n");
            for (var i = random.Next(3); i > 0; i--)
                if (settings[random.Next(settings.Length)] is var (key, values) && values[random.Next(values.Length)] is var value && !value.Contains('$', StringComparison.Ordinal)) arguments.AddRange(random.Next(4) == 0 && value == "1" ? ["-d", key] : ["-d", $"{key}={value}"]);
            server.Write(files);
            var (said, errors) = server.Test(environment, [.. arguments]);
            // Directives that do not go together are for it alone to judge.
            if (said is null && errors.Contains("failed to post process the configuration", StringComparison.Ordinal) && ++refused < 10) continue;
            Assert.True(said is not null, $"{seed}: {errors}");
            var result = HardenedImage.Scan([PhpFpmServer.Program, .. arguments], [$"PHP_VERSION={PhpFpmServer.Version}", .. environment], [.. files, .. debian]);
            Assert.All(result.Problems, problem => Assert.Contains("PHP starts without what follows", problem.Message, StringComparison.Ordinal));
            var judged = new Judged(new PhpFpm(), result.Of("php-fpm"));
            Assert.DoesNotContain(HardenedImage.All(judged.Configuration.Settings), setting => setting.IsGap || setting.Needs is not null);
            Assert.Equal((seed, string.Join(' ', said!.Keys.Order(StringComparer.Ordinal))), (seed, string.Join(' ', judged.Scopes.Where(scope => scope.Path is "pool" or "global").Select(scope => scope.Path == "pool" ? scope.Block.Value : "global").Order(StringComparer.Ordinal))));
            foreach (var scope in judged.Scopes.Where(scope => scope.Path is "pool" or "global")) CompareDirectives(seed, judged, scope, said[scope.Path == "pool" ? scope.Block.Value : "global"]);
            var answers = server.Ask(environment, [.. arguments], folder + "/www.sock", folder + "/second.sock");
            foreach (var pool in judged.At("pool")) CompareSettings(seed, judged, pool, answers[$"{folder}/{pool.Block.Value.Trim()}.sock"], environment);
        }
    }

    [Fact]
    public void The_default_configuration_is_in_force_as_the_server_says()
    {
        using var server = new PhpFpmServer();
        List<(string Path, string Text)> files = [.. ((string[])["/etc/php/8.2/fpm/php-fpm.conf", "/etc/php/8.2/fpm/php.ini", "/etc/php/8.2/fpm/pool.d/www.conf", .. Directory.GetFiles("/etc/php/8.2/fpm/conf.d", "*.ini")]).Select(path => (path, File.ReadAllText(path)))];
        var judged = new Judged(new PhpFpm(), HardenedImage.Scan([PhpFpmServer.Program], [$"PHP_VERSION={PhpFpmServer.Version}"], [.. files]).Of("php-fpm"));
        Directory.CreateDirectory("/run/php"); // As the package's service does.
        var (said, errors) = server.Test([], []);
        Assert.True(said is not null, errors);
        foreach (var scope in judged.Scopes.Where(scope => scope.Path is "pool" or "global")) CompareDirectives(-1, judged, scope, said[scope.Path == "pool" ? scope.Block.Value : "global"]);
        // The same php.ini beneath a pool of our own.
        var own = $"[www]\nuser = nobody\nlisten = {server.Folder}/www.sock\npm = static\npm.max_children = 1\n";
        server.Write([(server.Folder + "/own.conf", own)]);
        judged = new Judged(new PhpFpm(), HardenedImage.Scan([PhpFpmServer.Program, "-y", server.Folder + "/own.conf"], [$"PHP_VERSION={PhpFpmServer.Version}"], [.. files, (server.Folder + "/own.conf", own)]).Of("php-fpm"));
        CompareSettings(-1, judged, judged.At("pool")[0], server.Ask([], ["-y", server.Folder + "/own.conf"], server.Folder + "/www.sock").Values.First(), []);
    }

    /// <summary>Where the server would not start we say so, and where it would we do not.</summary>
    [Theory]
    [InlineData("foo = 1")]
    [InlineData("clear_env")]
    [InlineData("clear_env = maybe")]
    [InlineData("pm.max_children = x")]
    [InlineData("pm = some")]
    [InlineData("include = /none/x.conf")]
    [InlineData("include = /none/*.conf")]
    [InlineData("request_terminate_timeout = 5x")]
    [InlineData("rlimit_core = unlimited")]
    [InlineData("rlimit_files = 1k")]
    [InlineData("php_value = 3")]
    [InlineData("php_value[] = 3")]
    [InlineData("php_admin_value[x")]
    [InlineData("PHP_VALUE[a] = b")]
    [InlineData("Clear_Env = no")]
    [InlineData("log_level = debug")]
    [InlineData("access.suppress_path[] = /x")]
    [InlineData("php_flag[a] = xx")]
    [InlineData("user[x] = y")]
    [InlineData("chdir = \"")]
    [InlineData("chdir = \"/\ntmp\"")]
    [InlineData(" [x]")]
    [InlineData("[global]\nlog_level = warning")]
    [InlineData("[global]\nclear_env = yes")]
    [InlineData("= 1")]
    [InlineData("env[A] = no")]
    [InlineData("env[A] = \"no\"")]
    [InlineData("php_value[a] =")]
    [InlineData("php_flag[a] = \"off\"")]
    [InlineData("pm.max_requests = 1|2")]
    [InlineData("pm = STATIC")]
    public void What_it_refuses_is_refused(string line)
    {
        using var server = new PhpFpmServer();
        var file = ($"{server.Folder}/main.conf", $"[www]\nlisten = {server.Folder}/s\nuser = nobody\npm = static\npm.max_children = 1\n{line}\n");
        server.Write([file]);
        var (said, errors) = server.Test([], ["-n", "-y", file.Item1]);
        var problems = HardenedImage.Scan([PhpFpmServer.Program, "-n", "-y", file.Item1], ["PHP_VERSION=8.2.29"], file).Problems;
        Assert.True(said is null == (problems.Length > 0), $"{line}: {errors}\n{string.Join('\n', problems.Select(problem => problem.Message))}");
        Assert.All(problems, problem => Assert.Contains("php-fpm would not start with this file", problem.Message, StringComparison.Ordinal));
    }

    private static void CompareDirectives(int seed, Judged judged, Scope scope, List<(string Key, string Value)> said)
    {
        foreach (var (key, value) in said.Where(line => !line.Key.Contains('[', StringComparison.Ordinal)))
        {
            // A level has no name there, what the system decides no value, and an answer is nothing without its path.
            if (key is "log_level" or "syslog.facility" or "events.mechanism" || (key == "ping.response" && value == "undefined")) continue;
            var ours = judged.Application.Find(scope, key).Settings is [.., var own] ? own.Value : scope.Path == "pool" ? judged.Application.Default(key, null)?.Value : null;
            if (value == "undefined" || ours is null) Assert.True(ours is null || judged.Application.Find(scope, key).Settings.Count == 0, $"{seed}: {key} {ours} where the server says {value}");
            else if (key is not ("prefix" or "user" or "group") || value.Length > 0) Assert.Equal((seed, scope.ToString(), key, value), (seed, scope.ToString(), key, key == "pm.process_idle_timeout" ? ours.TrimEnd('s') : key is "rlimit_core" && ours == "unlimited" ? "-1" : ours));
        }
        // Lists come the other way round, switches as numbers.
        string Line(string key, string value) => $"{key.Replace("_flag[", "_value[", StringComparison.Ordinal)} = {(PhpValues.IsSwitch(key[(key.IndexOf('[', StringComparison.Ordinal) + 1)..].TrimEnd(']')) ? IsOn(value) : value)}";
        Assert.Equal(said.Where(line => line.Key.Contains('[', StringComparison.Ordinal)).Select(line => Line(line.Key, line.Value)).Order(StringComparer.Ordinal), scope.Block.Children.Where(setting => setting.Key.Contains('[', StringComparison.Ordinal)).Select(setting => Line(setting.Key, setting.Value)).Order(StringComparer.Ordinal));
    }

    private static void CompareSettings(int seed, Judged judged, Scope pool, JsonElement answer, string[] environment)
    {
        var ini = answer.GetProperty("ini");
        var compared = 0;
        foreach (var key in PhpValues.Known.Concat(settings.Select(setting => setting.Key)).Distinct(StringComparer.Ordinal))
        {
            if (key == "disable_functions" || !ini.TryGetProperty(key, out var said)) continue; // They add up; or an extension that is not loaded.
            if (judged.Value(pool, key) is not { } ours) continue; // A default that is the build's.
            var theirs = said.GetString() ?? "";
            Assert.Equal((seed, pool.ToString(), key, PhpValues.IsSwitch(key) ? IsOn(theirs) : theirs), (seed, pool.ToString(), key, PhpValues.IsSwitch(key) ? IsOn(ours.Value) : ours.Value));
            compared++;
        }
        Assert.True(compared > 30);
        var disabled = judged.Application.Find(pool, "disable_functions").Settings.SelectMany(setting => setting.Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(disabled, answer.GetProperty("disabled").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal));
        // Whether variables of the container reach scripts.
        if (environment.Contains("NAME=some name")) Assert.Equal((seed, judged.Value(pool, "clear_env")!.Value == "no"), (seed, answer.GetProperty("env").TryGetProperty("NAME", out _)));
    }

    private static string IsOn(string value)
    {
        if (value.Equals("stderr", StringComparison.OrdinalIgnoreCase)) return value;
        return value.ToUpperInvariant() is "ON" or "YES" or "TRUE" or "STDOUT" || (int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number != 0) ? "1" : "0";
    }

    private static string Pool(Random random)
    {
        var text = new StringBuilder(Lines(random, ofPools));
        for (var i = random.Next(5); i > 0; i--)
        {
            var (key, values) = settings[random.Next(settings.Length)];
            var value = values[random.Next(values.Length)];
            // `display_errors` has a value that is no switch, and a stray quote would reach no further than its line.
            var list = (random.Next(2) == 0 ? "php_admin_" : "php_") + (PhpValues.IsSwitch(key) && random.Next(2) == 0 && !value.StartsWith("std", StringComparison.Ordinal) ? "flag" : "value");
            text.Append(CultureInfo.InvariantCulture, $"{list}[{key}]{(random.Next(2) == 0 ? " = " : "=")}{value}\n");
        }
        if (random.Next(3) == 0) text.Append("env[OTHER] = $pool\n");
        return text.ToString();
    }

    private static string Lines(Random random, (string Key, string[] Values)[] from) => string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ =>
    {
        var (key, values) = from[random.Next(from.Length)];
        return $"{(random.Next(5) == 0 ? "  " : "")}{key} = {values[random.Next(values.Length)]}{(random.Next(6) == 0 ? "\r" : "")}\n";
    }));
}
