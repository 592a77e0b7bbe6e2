using System.Globalization;
using System.Net;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against pg_settings, pg_hba_file_rules and the answers of the real server.</summary>
public sealed class PostgresqlOracleTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    private static readonly (string Key, string[] Values)[] parameters =
    [
        ("max_connections", ["50", "'60'", "0x50"]), ("authentication_timeout", ["30", "45s", "2min"]), ("log_connections", ["yes", "tru", "0", "'of'"]), ("log_disconnections", ["on", "F"]), ("log_statement", ["'ddl'", "ALL", "none"]),
        ("password_encryption", ["md5", "'scram-sha-256'", "scram-sha-256"]), ("shared_buffers", ["1600", "16MB", "'24 MB'"]), ("work_mem", ["8192", "4MB", "'1GB'"]), ("log_min_messages", ["error", "WARNING"]), ("unix_socket_permissions", ["0770", "0700", "511"]),
        ("log_line_prefix", ["'%m it''s \\'x\\' '", "'%p%%'"]), ("statement_timeout", ["5000", "5s", "'1h'"]), ("backslash_quote", ["on", "safe_encoding"]), ("fsync", ["off"]), ("ssl_min_protocol_version", ["TLSv1.3", "'tlsv1.2'"]), ("log_file_mode", ["0640", "0600"]),
        ("lo_compat_privileges", ["true", "no"]), ("idle_in_transaction_session_timeout", ["1min", "0"]), ("search_path", ["'\"$user\", app'"]), ("cluster_name", ["a-b.c", "'d e'"]), ("ignore_checksum_failure", ["on"]), ("log_min_duration_statement", ["-1", "250", "1d"]),
        ("log_hostname", ["1", "off"]), ("jit", ["off"]),
    ];

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        using var server = new PostgresqlServer("--auth=trust");
        for (var seed = 0; seed < (full ? 300 : 25); seed++)
        {
            var random = new Random(seed);
            var etc = $"{server.Folder}/etc{seed}";
            List<(string Path, string Text)> files =
            [
                ($"{etc}/postgresql.conf", $"hba_file = '{server.Data}/pg_hba.conf'\n{Lines(random)}include 'more.conf'\n{Lines(random)}Include_If_Exists = 'absent.conf'\ninclude_dir 'conf.d'\n{(random.Next(2) == 0 ? Lines(random) : "")}"),
                ($"{etc}/more.conf", Lines(random) + (random.Next(2) == 0 ? "include_if_exists sub/deep.conf\n" : "")),
                ($"{etc}/sub/deep.conf", Lines(random) + "include 'beside.conf'"),
                ($"{etc}/sub/beside.conf", Lines(random)),
                ($"{etc}/conf.d/20-b.conf", Lines(random)),
                ($"{etc}/conf.d/10-a.conf", Lines(random)),
                ($"{etc}/conf.d/.hidden.conf", "max_connections = 7\n"),
                ($"{etc}/conf.d/other.txt", "no configuration"),
                ($"{server.Data}/postgresql.auto.conf", random.Next(2) == 0 ? "# Do not edit\n" + Lines(random) : ""),
                ($"{server.Data}/pg_hba.conf", "local all all trust\n"),
            ];
            List<string> arguments = ["-c", $"config_file={etc}/postgresql.conf", "-p", $"{server.Port}", "-c", "listen_addresses="];
            List<string> environment = random.Next(2) == 0 ? ["PGDATESTYLE=german", "PGOPTIONS=-c work_mem=64kB"] : [];
            for (var i = random.Next(4); i > 0; i--) arguments.AddRange(random.Next(6) switch
            {
                0 => ["-F"],
                1 => ["-N", "33"],
                2 => ["--log-statement=mod"],
                3 => ["-clog_connections=on"],
                4 => ["-S", "2MB"],
                _ => ["-c", "Password_Encryption=md5"],
            });
            server.Write(files);
            server.Start(arguments, environment);
            var said = server.Query("select name, setting, coalesce(unit, ''), source, coalesce(sourcefile, ''), coalesce(sourceline, 0) from pg_settings").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\u0001')).ToDictionary(line => line[0].ToLowerInvariant(), StringComparer.Ordinal);
            server.Stop();
            var result = HardenedImage.Scan(["/usr/lib/postgresql/15/bin/postgres", "-D", server.Data, "-k", server.Folder, .. arguments], [.. environment, $"PG_VERSION={server.Version}"], [.. files]);
            Assert.Empty(result.Problems);
            var judged = new Judged(new Postgresql(), result.Of("postgresql"));
            var told = judged.Configuration.Settings.Where(setting => setting.Key is not HbaGrammar.Key).ToList();
            Assert.DoesNotContain(told, setting => setting.IsGap);
            foreach (var (key, _) in parameters)
            {
                var (value, row) = (judged.Value(judged.Root, key), said[key]);
                // Whatever is set anywhere is compared, and the defaults that we know.
                if (value is null) Assert.Contains(row[3], (string[])["default", "override"]);
                else Assert.Equal((seed, key, Base(row[1], row[2])), (seed, key, Base(value.Value, row[2])));
                if (row[4].Length > 0) Assert.Equal((seed, key, $"{row[4]}:{row[5]}"), (seed, key, $"{value!.Origin.File!.Value.Path}:{value.Origin.File!.Value.Line}"));
                else if (row[3] == "command line") Assert.Equal(OriginKind.Argument, value!.Origin.Kind);
            }
            // The server knows of no source that we do not.
            foreach (var row in said.Values.Where(row => row[3] is "configuration file" or "command line" or "environment variable" && row[0].ToLowerInvariant() is not ("data_directory" or "config_file" or "client_encoding"))) Assert.Contains(told, setting => setting.Key.Equals(row[0], StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_server()
    {
        using var server = new PostgresqlServer("--auth=trust");
        server.Start(["-p", $"{server.Port}", "-c", "listen_addresses="], []);
        var known = 0;
        foreach (var row in server.Query("select name, boot_val, coalesce(unit, '') from pg_settings").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\u0001')))
            if (PostgresqlParameters.Of(row[0], server.Version) is { } setting)
            {
                known++;
                Assert.Equal((row[0], Base(row[1], row[2])), (row[0], Base(setting.Value, row[2])));
            }
        Assert.True(known >= 55);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("--auth-host=md5 --auth-local=peer", "")]
    [InlineData("-A scram-sha-256 --encoding=UTF8", "trust")]
    [InlineData("--auth=peer --data-checksums", "reject")]
    public void The_official_images_first_start_is_told_as_it_goes(string initdb, string method)
    {
        // initdb wants a password for the methods that need one; the entrypoint gives it POSTGRES_PASSWORD in a file.
        var password = Path.GetTempFileName();
        File.WriteAllText(password, "x7Qw9f2LmPz4\n");
        File.SetUnixFileMode(password, (UnixFileMode)0x1A4);
        using var server = new PostgresqlServer([$"--pwfile={password}", .. initdb.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        File.Delete(password);
        var made = PostgresqlGrammar.Parse(File.ReadAllText(server.Data + "/postgresql.conf"), new Core.Results.Location("/x")).Settings;
        var encryption = made.LastOrDefault(setting => setting.Key == "password_encryption")?.Value ?? "scram-sha-256";
        File.AppendAllText(server.Data + "/pg_hba.conf", $"\nhost all all all {(method.Length > 0 ? method : encryption)}\n");
        File.AppendAllText(server.Data + "/pg_hba.conf", "# end");
        var access = HbaGrammar.Parse(File.ReadAllText(server.Data + "/pg_hba.conf"), new Core.Results.Location("/x")).Settings.Select(setting => setting.ToString());
        var result = Official([$"POSTGRES_INITDB_ARGS={initdb}", $"POSTGRES_HOST_AUTH_METHOD={method}"], File.ReadAllText("/usr/share/postgresql/15/postgresql.conf.sample"));
        var judged = new Judged(new Postgresql(), result.Of("postgresql"));
        Assert.Equal(access.Order(StringComparer.Ordinal), judged.Configuration.Settings.Where(setting => setting.Key is HbaGrammar.Key or PostgresqlAccess.Unreached).Select(setting => $"{HbaGrammar.Key} {setting.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(encryption, judged.Value(judged.Root, "password_encryption")!.Value);
    }

    [Fact]
    public void Records_are_those_of_the_server_and_the_unreached_ones_decide_nothing()
    {
        using var server = new PostgresqlServer("--auth=trust");
        server.Write([($"{server.Data}/names", "alice, bob # two\n\"carol\"\n")]);
        server.Start(["-p", $"{server.Port}", "-c", "listen_addresses=127.0.0.1,::1", "-c", "fsync=off"], []);
        foreach (var user in (string[])["alice", "bob"]) server.Query($"create role {user} login");
        server.Query("create database app");
        var unreached = 0;
        for (var seed = 0; seed < (full ? 400 : 30); seed++)
        {
            var random = new Random(seed);
            var text = "local postgres postgres trust\n" + string.Concat(Enumerable.Range(0, random.Next(6, 16)).Select(_ => Record(random)));
            server.Reload(text);
            var rows = server.Query("select type, array_to_string(database, ','), array_to_string(user_name, ','), coalesce(address, '-'), coalesce(netmask, ''), auth_method, coalesce(error, '') from pg_hba_file_rules order by line_number").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\u0001')).ToList();
            Assert.All(rows, row => Assert.Equal("", row[6]));
            var files = new List<(string, string)> { ("/data/postgresql.conf", ""), ("/data/pg_hba.conf", text), ("/data/names", File.ReadAllText($"{server.Data}/names")) };
            var result = HardenedImage.Scan(["/usr/lib/postgresql/15/bin/postgres", "-D", "/data"], ["PG_VERSION=15.8"], [.. files]);
            Assert.Empty(result.Problems);
            var records = result.Of("postgresql").Settings.Where(setting => setting.Key is HbaGrammar.Key or PostgresqlAccess.Unreached).ToList();
            Assert.Equal(rows.Select(row => $"{row[0]} {row[1]} {row[2]} {Address(row[3], row[4])} {row[5]}"), records.Select(record => string.Join(' ', record.Arguments.Take(5)).Replace("\"", "", StringComparison.Ordinal)));
            var idle = records.Where(record => record.Key == PostgresqlAccess.Unreached).Select(record => record.Origin.File!.Value.Line!.Value).ToList();
            if (idle.Count == 0) continue; // There is nothing to take out.
            unreached += idle.Count;
            var before = Answers(server);
            server.Reload(string.Join('\n', text.Split('\n').Where((_, line) => !idle.Contains(line + 1))));
            Assert.Equal((seed, before), (seed, Answers(server)));
        }
        Assert.True(unreached >= 5);
    }

    private static string Answers(PostgresqlServer server)
    {
        Thread.Sleep(50); // The main process takes the file when it gets to it.
        var said = new StringBuilder();
        foreach (var address in (IPAddress?[])[null, IPAddress.Loopback, IPAddress.IPv6Loopback])
            foreach (var database in (string[])["app", "postgres"])
                foreach (var user in (string[])["alice", "bob", "postgres"]) said.Append(CultureInfo.InvariantCulture, $"{server.Ask(address, database, user)} ");
        return said.ToString();
    }

    internal static Core.Results.ScanResult Official(string[] environment, string sample, params (string Path, string Text)[] files) => HardenedImage.Scan(["docker-entrypoint.sh", "postgres"], ["PATH=/usr/local/bin:/usr/bin:/bin", "PG_VERSION=15.8-1.pgdg120+1", "PG_MAJOR=15", "PGDATA=/var/lib/postgresql/data", .. environment],
        [("/usr/share/postgresql/15/postgresql.conf.sample", sample), ("/usr/local/bin/docker-entrypoint.sh", "#!/usr/bin/env bash\nset -e\nexec \"$@\"\n"), ("/usr/bin/postgres", "#!/bin/true\n"), .. files]);

    private static string Record(Random random)
    {
        var type = Pick(random, "local", "host", "host", "hostnossl");
        var database = Pick(random, "all", "app", "app,postgres", "sameuser", "replication", "\"all\"");
        var user = Pick(random, "all", "all", "alice", "alice,bob", "@names", "postgres", "\"alice\"", "alice, bob");
        var address = type == "local" ? "" : Pick(random, "all", "127.0.0.1/32", "127.0.0.1 255.0.0.0", "0.0.0.0/0", "::1/128", "::/0", "localhost");
        return $"{type}\t{database} {user}  {address} {Pick(random, "trust", "reject", "password", "scram-sha-256")}{Pick(random, "", " # why", "\t")}\n{Pick(random, "", "# none\n", "\n")}";
    }

    private static string Address(string address, string mask) => mask.Length == 0 ? address : $"{address}/{string.Concat(IPAddress.Parse(mask).GetAddressBytes().Select(part => Convert.ToString(part, 2))).Count(c => c == '1')}";

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];

    private static string Lines(Random random)
    {
        var text = new StringBuilder("# a comment\n\n");
        for (var i = random.Next(5); i > 0; i--)
        {
            var (key, values) = parameters[random.Next(parameters.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{Pick(random, "", "  ", "\t")}{(random.Next(3) == 0 ? key.ToUpperInvariant() : key)}{Pick(random, " = ", "=", " ", "\t=  ")}{Pick(random, values)}{Pick(random, "", "  # why", "\t", "\r")}\n");
        }
        return text.ToString();
    }

    /// <summary>In the unit that pg_settings counts in; its own modes are octal or, in boot_val, decimal.</summary>
    private static string Base(string value, string unit)
    {
        if (unit.Length == 0) return value is "511" or "384" ? "0" + Convert.ToString(int.Parse(value, CultureInfo.InvariantCulture), 8) : value;
        if (decimal.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return value;
        var amount = unit is "ms" or "s" or "min" ? Quantities.Seconds(value)! / Quantities.Seconds("1" + unit)! : Quantities.Size(value)! / (unit == "8kB" ? 8192 : Quantities.Size("1" + unit)!);
        return ((long)amount!).ToString(CultureInfo.InvariantCulture);
    }
}
