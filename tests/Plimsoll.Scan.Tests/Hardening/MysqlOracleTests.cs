using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>
/// The tree in force against what MySQL's own mysqld says of the same files and arguments. The one that is to be had is of 5.6; what later versions changed, MariaDB's server and
/// the manual have to say.
/// </summary>
public sealed class MysqlOracleTests : IDisposable
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    private static readonly (string Key, string[] Lines)[] options =
    [
        ("local_infile", ["local-infile=0", "local_infile", "skip-local-infile", "loose-local_infile = ON", "disable-local-infile", "enable_local_infile", "local-infile = false", "local-inf=0"]), ("skip_networking", ["skip-networking", "skip_networking=0"]),
        ("skip_name_resolve", ["skip-name-resolve", "skip_name_resolve = 1", "skip-name-resolve=OFF"]), ("secure_file_priv", ["secure-file-priv = '/tmp'", "secure_file_priv=/tmp   # why"]), ("general_log", ["general-log", "general_log=0"]),
        ("general_log_file", ["general_log_file = 'x#y.log'", "general_log_file = \"a b.log\"", "general-log-file = a\\sb\\tc"]), ("bind_address", ["bind-address=127.0.0.1", "bind_address = 0.0.0.0"]), ("log_bin_trust_function_creators", ["log-bin-trust-function-creators=1"]),
        ("max_connect_errors", ["max_connect_errors=20", "max-connect-errors = 30"]), ("old_passwords", ["old-passwords=0", "old_passwords = 2"]), ("symbolic_links", ["skip-symbolic-links", "symbolic-links=1"]), ("allow_suspicious_udfs", ["allow-suspicious-udfs"]), ("port", ["port = 3307", "port=3308"]),
        ("skip_show_database", ["skip-show-database"]), ("log_raw", ["log-raw", "log_raw = 0"]), ("slow_query_log", ["slow_query_log = ON"]), ("safe_user_create", ["safe-user-create"]), ("skip_grant_tables", ["skip-grant-tables", "skip-grant = 0"]), ("automatic_sp_privileges", ["skip-automatic-sp-privileges"]),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-mysql-").FullName;
    private readonly string program = NpmPackage.File(NpmPackage.Mysql, "server/mysqld");
    private readonly OptionFileProgram server;

    public MysqlOracleTests() => server = new OptionFileProgram(program, Path.GetDirectoryName(program), ["mysqld", "server", "mysqld-5.6", "mysqld_own", "client", "mysqldump", "mysqld-5.5", "mariadb"], options);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        for (var seed = 0; seed < (full ? 300 : 15); seed++)
        {
            var (files, arguments) = server.Generate(new Random(seed), folder);
            var said = server.Table(arguments);
            var result = HardenedImage.Scan(["/usr/sbin/mysqld", .. arguments], [$"MYSQL_VERSION={server.Version}"], [.. files]);
            Assert.Empty(result.Problems);
            var judged = new Judged(new Mysql(), result.Of("mysql"));
            Assert.DoesNotContain(judged.Configuration.Settings, setting => setting.IsGap);
            foreach (var (key, _) in options.Where(option => option.Key switch { "general_log_file" => judged.Value(judged.Root, option.Key) is not null, "port" => said["skip_networking"] == "FALSE", _ => true }))
                if (judged.Value(judged.Root, key) is { } value || said[key] is "TRUE") Assert.Equal((seed, key, OptionFileProgram.Folder(key, said[key])), (seed, key, OptionFileProgram.Folder(key, OptionFileProgram.Told(judged.Value(judged.Root, key)))));
            Assert.Equal(server.FromFiles(arguments).Length, judged.Configuration.Settings.Count(setting => setting.Origin.Kind == OriginKind.File));
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_server()
    {
        var (mysql, known) = (new Mysql(), 0);
        foreach (var (key, value) in server.Table(["--no-defaults"]))
            if (mysql.Default(key, server.Version) is { } setting)
            {
                known++;
                Assert.Equal((key, value), (key, OptionFileProgram.Told(setting)));
            }
        Assert.True(known >= 14, $"{known}");
    }

    [Fact]
    public void No_option_is_taken_for_another()
    {
        var known = new Mysql().KnownOptions.ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(server.Table(["--no-defaults"]).Keys.Where(name => !known.Contains(name)), name => name.Length >= 4 && known.Count(option => option.StartsWith(name, StringComparison.Ordinal)) == 1);
    }

    /// <summary>Started as it comes, with a weak configuration, and with what the remedies make of that.</summary>
    [Fact]
    public void A_running_server_has_the_values_that_are_told()
    {
        if (!Programs.Exist("mariadb")) Assert.Skip("There is no client here to ask the server with.");
        var (copied, _, errors) = Programs.Run(folder, "cp", "-r", Path.GetDirectoryName(program) + "/data/mysql", folder + "/data");
        Assert.True(copied == 0, errors);
        string[] arguments = [$"--defaults-file={folder}/my.cnf", $"--datadir={folder}/data", $"--lc-messages-dir={Path.GetDirectoryName(program)}/share", $"--socket={folder}/socket", $"--pid-file={folder}/pid", "--skip-networking", "--skip-innodb", "--default-storage-engine=MyISAM", "--default-tmp-storage-engine=MyISAM", "--user=root"];
        const string weak = "[client]\nlocal-infile=0\n[mysqld]\nlocal-infile\ngeneral_log = 1\nallow-suspicious-udfs\nsymbolic-links\nlog-raw\nmax_connect_errors = 7\nskip-name-resolve\nold_passwords = 2\nlog_bin_trust_function_creators = 1\n";
        ScanResult Told(string text) => ExampleImage.Scan(new Example { Line = 1, Files = [($"{folder}/my.cnf", text)], Command = ["/usr/sbin/mysqld", .. arguments], Environment = [$"MYSQL_VERSION={server.Version}"] }, HardeningOptions.With([], writes: true));
        var remedies = Told(weak).Hardening!.Remedies!;
        Assert.Empty(((string[])["mysql/general-log", "mysql/local-infile", "mysql/log-raw", "mysql/suspicious-functions", "mysql/symbolic-links"]).Except(remedies.Cleared, StringComparer.Ordinal));
        foreach (var text in (string[])["[mysqld]\n", weak, Assert.Single(remedies.Files).After])
        {
            File.WriteAllText(folder + "/my.cnf", text);
            var said = server.Running(folder, arguments);
            var judged = new Judged(new Mysql(), Told(text).Of("mysql"));
            foreach (var key in (string[])["local_infile", "general_log", "max_connect_errors", "skip_name_resolve", "skip_networking", "skip_show_database", "log_bin_trust_function_creators", "automatic_sp_privileges"])
                Assert.Equal((key, said[key].ToUpperInvariant()), (key, (judged.Value(judged.Root, key)?.Value ?? "").ToUpperInvariant()));
            Assert.Equal(said["have_symlink"] == "DISABLED", judged.Value(judged.Root, "symbolic_links")!.Value == "off");
        }
    }

    /// <summary>What 5.6 does not know yet is let pass, and a folder that this machine does not have.</summary>
    [Fact]
    public void Every_example_of_a_rule_is_one_that_the_server_takes()
    {
        string[] beyond = ["unknown variable", "unknown option", "Failed to normalize the argument for --secure-file-priv"];
        var (taken, refused) = (0, new List<string>());
        foreach (var rule in RuleBook.Open([]).Of("mysql"))
            foreach (var example in rule.Good.Concat(rule.Bad).Where(example => example.Files.Any(file => file.Path == "/etc/my.cnf")))
            {
                foreach (var (path, text) in example.Files) File.WriteAllText(folder + "/" + Path.GetFileName(path), text.Replace("/etc/", folder + "/", StringComparison.Ordinal));
                var (exit, _, errors) = server.Try([$"--defaults-file={folder}/my.cnf", "--verbose", "--help"]);
                if (exit == 0) taken++;
                else if (!Array.Exists(beyond, reason => errors.Contains(reason, StringComparison.Ordinal))) refused.Add($"{rule.File}:{example.Line}: {errors}");
            }
        Assert.Empty(refused);
        Assert.True(taken >= 20, $"only {taken} were taken");
    }
}
