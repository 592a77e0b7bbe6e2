using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against what mariadbd says of the same files and arguments: its table of values, and the arguments that it makes of files.</summary>
public sealed class MariadbOracleTests
{
    private static readonly (string Key, string[] Lines)[] options =
    [
        ("local_infile", ["local-infile=0", "local_infile", "skip-local-infile", "loose-local_infile = ON", "disable-local-infile", "enable_local_infile", "local-infile = false", "local-inf=0"]), ("skip_networking", ["skip-networking", "skip_networking=0"]),
        ("skip_name_resolve", ["skip-name-resolve", "skip_name_resolve = 1", "skip-name-resolve=OFF"]), ("require_secure_transport", ["require_secure_transport = on", "require-secure-transport", "skip-require-secure-transport"]), ("tls_version", ["tls-version = TLSv1.2", "tls_version=\"TLSv1.2,TLSv1.3\""]),
        ("secure_file_priv", ["secure-file-priv = '/tmp'", "secure_file_priv=/tmp   # why"]), ("general_log", ["general-log", "general_log=0"]), ("general_log_file", ["general_log_file = 'x#y.log'", "general_log_file = \"a b.log\"", "general-log-file = a\\sb\\tc"]), ("bind_address", ["bind-address=127.0.0.1", "bind_address = 0.0.0.0"]),
        ("log_bin_trust_function_creators", ["log-bin-trust-function-creators=1"]), ("max_connect_errors", ["max_connect_errors=20", "max-connect-errors = 30"]), ("old_passwords", ["old-passwords=0", "old_passwords"]), ("symbolic_links", ["skip-symbolic-links", "symbolic-links=1"]), ("allow_suspicious_udfs", ["allow-suspicious-udfs"]),
        ("plugin_maturity", ["plugin-maturity = stable", "plugin_maturity=beta"]), ("log_warnings", ["log-warnings=1", "log_warnings = 4"]), ("port", ["port = 3307", "port=3308"]), ("skip_show_database", ["skip-show-database"]), ("strict_password_validation", ["strict_password_validation = 0"]), ("core_file", ["core-file"]),
        ("slow_query_log", ["slow_query_log = ON"]), ("proxy_protocol_networks", ["proxy-protocol-networks = 10.0.0.0/8"]), ("max_password_errors", ["max-password-errors=5"]),
    ];

    private static readonly OptionFileProgram server = new("mariadbd", null, ["mysqld", "server", "mariadb", "mariadbd", "mariadb-10.11", "client-server", "mysqld_own", "mysqldump", "mariadb-10.5"], options);

    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        Need();
        var folder = Directory.CreateTempSubdirectory("plimsoll-mariadb-").FullName;
        try
        {
            for (var seed = 0; seed < (full ? 300 : 30); seed++)
            {
                var (files, arguments) = server.Generate(new Random(seed), folder);
                var said = server.Table(arguments);
                var result = HardenedImage.Scan(["/usr/sbin/mariadbd", .. arguments], [$"MARIADB_VERSION={Version}"], [.. files]);
                Assert.Empty(result.Problems);
                var judged = new Judged(new Mariadb(), result.Of("mariadb"));
                Assert.DoesNotContain(judged.Configuration.Settings, setting => setting.IsGap);
                // Where nothing names it, general_log_file has the name of the machine; without a network the server tells port 0.
                foreach (var (key, _) in options.Where(option => option.Key switch { "general_log_file" => judged.Value(judged.Root, option.Key) is not null, "port" => said["skip_networking"] == "FALSE", _ => true })) Assert.Equal((seed, key, OptionFileProgram.Folder(key, said[key])), (seed, key, OptionFileProgram.Folder(key, Told(judged.Value(judged.Root, key)))));
                // Every option that the server takes from files, in its order, is one of ours in the same order.
                var made = server.FromFiles(arguments);
                Assert.Equal(made.Length, judged.Configuration.Settings.Count(setting => setting.Origin.Kind == OriginKind.File));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Started, with a weak configuration and with what the remedies make of it.</summary>
    [Fact]
    public void A_running_server_has_the_values_that_are_told()
    {
        Need();
        var folder = Directory.CreateTempSubdirectory("plimsoll-mariadb-").FullName;
        try
        {
            var (made, output, errors) = Catalogers.Programs.Run(folder, "mariadb-install-db", "--no-defaults", $"--datadir={folder}/data", "--user=root", "--skip-test-db");
            Assert.True(made == 0, output + errors);
            string[] arguments = [$"--defaults-file={folder}/my.cnf", $"--datadir={folder}/data", $"--socket={folder}/socket", $"--pid-file={folder}/pid", "--skip-networking", "--user=root"];
            const string weak = "[client]\nlocal-infile=0\n[mariadbd]\nlocal-infile\ngeneral_log = 1\nallow-suspicious-udfs\nlog_warnings = 1\nold_passwords\nstrict_password_validation = 0\ntls_version = TLSv1.1,TLSv1.2\nmax_connect_errors = 7\nskip-name-resolve\n";
            ScanResult Told(string text) => ExampleImage.Scan(new Example { Line = 1, Files = [($"{folder}/my.cnf", text)], Command = ["/usr/sbin/mariadbd", .. arguments], Environment = [$"MARIADB_VERSION={Version}"] }, HardeningOptions.With([], writes: true));
            var remedied = Assert.Single(Told(weak).Hardening!.Remedies!.Files).After;
            Assert.Contains("\nlocal_infile = OFF\n", remedied, StringComparison.Ordinal);
            foreach (var text in (string[])[weak, remedied])
            {
                File.WriteAllText(folder + "/my.cnf", text);
                var said = server.Running(folder, arguments);
                var judged = new Judged(new Mariadb(), Told(text).Of("mariadb"));
                foreach (var key in (string[])["local_infile", "general_log", "log_warnings", "old_passwords", "secure_auth", "strict_password_validation", "tls_version", "max_connect_errors", "skip_name_resolve", "skip_networking", "require_secure_transport", "plugin_maturity", "secure_file_priv", "log_bin_trust_function_creators"])
                    Assert.Equal((key, said[key].ToUpperInvariant()), (key, (judged.Value(judged.Root, key)?.Value ?? "").ToUpperInvariant()));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_server()
    {
        Need();
        var (mariadb, known) = (new Mariadb(), 0);
        foreach (var (key, value) in server.Table(["--no-defaults"]))
            if (mariadb.Default(key, Version) is { } setting)
            {
                known++;
                Assert.Equal((key, value), (key, Told(setting)));
            }
        Assert.True(known >= 25);
    }

    /// <summary>A beginning of a name is taken for the whole name, so no option of the server may be the beginning of one that we know.</summary>
    [Fact]
    public void No_option_is_taken_for_another()
    {
        Need();
        var known = new Mariadb().KnownOptions.ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(server.Table(["--no-defaults"]).Keys.Where(name => !known.Contains(name)), name => name.Length >= 4 && known.Count(option => option.StartsWith(name, StringComparison.Ordinal)) == 1);
    }

    [Fact]
    public void Debians_own_files_are_told_as_the_server_reads_them()
    {
        Need();
        if (!File.Exists("/etc/mysql/mariadb.cnf")) Assert.Skip("Debian's option files are not installed.");
        var files = Directory.GetFiles("/etc/mysql", "*.cnf", SearchOption.AllDirectories).Where(path => !path.EndsWith("debian.cnf", StringComparison.Ordinal)).Select(path => (path, File.ReadAllText(path))).ToList();
        var result = HardenedImage.Scan(["/usr/sbin/mariadbd"], [$"MARIADB_VERSION={Version}"], [.. files.Where(file => file.path != "/etc/mysql/my.cnf"), ("/etc/mysql/my.cnf", File.ReadAllText("/etc/mysql/mariadb.cnf"))]);
        Assert.Empty(result.Problems);
        var judged = new Judged(new Mariadb(), result.Of("mariadb"));
        var said = server.Table(["--defaults-file=/etc/mysql/mariadb.cnf"]);
        foreach (var key in (string[])["bind_address", "skip_networking", "local_infile", "port", "general_log"]) Assert.Equal((key, said[key]), (key, Told(judged.Value(judged.Root, key))));
    }

    [Fact]
    public void What_a_volume_or_the_start_decides_is_not_known()
    {
        var result = HardenedImage.Scan(["/bin/sh", "-c", "exec mariadbd $EXTRA --skip-networking"], ["MARIADB_VERSION=10.11.6", "PATH=/usr/sbin:/bin"], ("/bin/sh", "#!/bin/true\n"), ("/usr/sbin/mariadbd", "#!/bin/true\n"), ("/etc/my.cnf", "[mysqld]\nlocal-infile=0\n!includedir /etc/absent.d\n"));
        var judged = new Judged(new Mariadb(), result.Of("mariadb"));
        Assert.Contains("the file /etc/absent.d, which the image does not hold", HardenedImage.Text(judged.Configuration.Settings), StringComparison.Ordinal);
        Assert.Equal(HardeningAnswer.CannotKnow, Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "mariadb/local-infile").Answer);
        Assert.Null(judged.Application.Find(judged.Root, "skip_networking").Gap);
    }

    [Fact]
    public void A_hardened_server_gives_no_finding()
    {
        const string text = "[mariadbd]\nuser = mysql\nrequire_secure_transport = ON\ntls_version = TLSv1.3\nssl_cert = /run/secrets/cert.pem\nssl_key = /run/secrets/key.pem\nlocal_infile = OFF\nsecure_file_priv = /var/lib/mysql-files\nlog_warnings = 2\nplugin_maturity = stable\nskip-name-resolve\n";
        Assert.Empty(HardenedImage.Scan(["/usr/sbin/mariadbd"], [$"MARIADB_VERSION=10.11.6"], ("/etc/my.cnf", text)).Hardening!.Findings.Where(finding => finding.Application == "mariadb").Select(finding => finding.Rule.Id));
        Assert.Empty(HardenedImage.Scan(["/usr/sbin/mysqld"], [$"MYSQL_VERSION=8.4.3"], ("/etc/my.cnf", text.Replace("[mariadbd]", "[mysqld]", StringComparison.Ordinal).Replace("log_warnings = 2\nplugin_maturity = stable\n", "", StringComparison.Ordinal))).Hardening!.Findings.Where(finding => finding.Application == "mysql").Select(finding => finding.Rule.Id));
    }

    private static string Version => server.Version;

    private static void Need()
    {
        if (!Catalogers.Programs.Exist("mariadbd")) Assert.Skip("mariadbd is not installed.");
    }

    private static string Told(Setting? setting) => setting is { Key: "proxy_protocol_networks", Value: "" } ? "" : OptionFileProgram.Told(setting);
}
