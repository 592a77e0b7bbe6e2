using System.Diagnostics;

namespace Plimsoll.Scan.Tests.Applications;

/// <summary>
/// Runs the wrapper scripts of cases for real, with stubs for every program on PATH: the last stub to speak is the
/// process that the container ends in, and its words are compared with what was deduced without running anything.
/// </summary>
public sealed class OracleTests
{
    private static readonly string[] Quiet = ["find", "chown", "mkdir", "rm", "cp", "tar", "ls", "sort", "sleep", "date", "hostname", "cat"];
    private static readonly string[] Speaking =
    [
        "nginx", "nginx-debug", "postgres", "initdb", "pg_ctl", "redis-server", "mysqld", "mariadbd", "httpd", "apache2", "php", "php-fpm", "node", "memcached", "haproxy",
        "rabbitmq-server", "grafana", "thing",
    ];

    [Theory]
    [InlineData("nginx with hooks")]
    [InlineData("nginx debug program")]
    [InlineData("postgres drops to its user by starting itself")]
    [InlineData("postgres with only a flag")]
    [InlineData("redis")]
    [InlineData("redis with a file")]
    [InlineData("mysql has a passing server first")]
    [InlineData("mariadb")]
    [InlineData("httpd")]
    [InlineData("php with apache")]
    [InlineData("php-fpm")]
    [InlineData("node server")]
    [InlineData("node by a script's name only")]
    [InlineData("rabbitmq")]
    [InlineData("memcached")]
    [InlineData("haproxy")]
    [InlineData("wordpress")]
    [InlineData("ghost")]
    [InlineData("script that ends in a plain command")]
    [InlineData("role by environment")]
    public async Task The_shell_itself_ends_in_the_same_command(string title)
    {
        using var image = new TestImage();
        var one = Cases.All.Single(one => one.Title == title);
        var command = one.Build(image).Identify().Applications.Single().Command;
        using var stubs = new TestImage();
        foreach (var name in Quiet) stubs.Script("/" + name, "#!/bin/sh\nexit 0\n");
        foreach (var name in Speaking) stubs.Script("/" + name, "#!/bin/sh\nprintf 'ARGV'\nfor word in \"${0##*/}\" \"$@\"; do printf '\\037%s' \"$word\"; done\necho\n");
        stubs.Script("/gosu", "#!/bin/sh\nshift\nFAKE_ID=999 exec \"$@\"\n").Script("/id", "#!/bin/sh\necho \"${FAKE_ID:-$START_ID}\"\n")
            .Script("/awk", "#!/bin/sh\nwhile read -r line; do :; done\necho \"$DATA\"\n").Script("/dirname", "#!/bin/sh\necho /\n").Text("/data/mysql/x", "");
        foreach (var shell in (string[])["bash", "sh", "env"]) stubs.Link("/" + shell, "/usr/bin/" + shell);
        var argv = image.Config.Entrypoint.AddRange(image.Config.Cmd);
        var script = argv[0].StartsWith('/') ? image.Root + argv[0] : image.Root + "/usr/local/bin/" + argv[0];
        var start = new ProcessStartInfo(script) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = image.Root + image.Config.WorkingDir };
        foreach (var word in argv.Skip(1)) start.ArgumentList.Add(word);
        start.Environment.Clear();
        foreach (var pair in image.Config.Env.Where(pair => !pair.StartsWith("PATH=", StringComparison.Ordinal))) start.Environment[pair.Split('=')[0]] = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
        start.Environment["PATH"] = $"{stubs.Root}:{image.Root}/usr/local/bin";
        start.Environment["START_ID"] = image.Config.User.Length == 0 ? "0" : "999";
        start.Environment["DATA"] = stubs.Root + "/data";
        start.Environment["PGDATA"] = stubs.Root + "/data";
        start.Environment["POSTGRES_PASSWORD"] = "x";
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n').LastOrDefault(line => line.StartsWith("ARGV", StringComparison.Ordinal));
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.True(said is not null, await errors);
        string[] deduced = [command[0][(command[0].LastIndexOf('/') + 1)..], .. command.Skip(1)];
        Assert.Equal(string.Join('\x1f', said.Split('\x1f').Skip(1)), string.Join('\x1f', deduced));
    }
}
