using System.Diagnostics;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>What PostgreSQL makes of statements: the id of the query, in which literals do not count. Statements are planned, none is run.</summary>
internal sealed class PostgresqlShapes : IDisposable
{
    // A cursor over several statements is refused once all of them are analysed.
    private const string function = """
        CREATE FUNCTION shape(raw bytea) RETURNS text LANGUAGE plpgsql AS $f$
        DECLARE line text; id text;
        BEGIN
            FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || convert_from(raw, 'UTF8') LOOP
                IF line LIKE 'Query Identifier:%' THEN id := line; END IF;
            END LOOP;
            RETURN id;
        EXCEPTION
            WHEN invalid_cursor_definition THEN RETURN 'several statements';
            WHEN division_by_zero THEN RETURN 'division by zero';
            WHEN OTHERS THEN RETURN '';
        END $f$;
        """;

    private static readonly string? programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(folder => folder + "/bin").LastOrDefault(folder => File.Exists(folder + "/postgres")) : null;
    private readonly string data = Directory.CreateTempSubdirectory("plimsoll-shapes-").FullName;
    private readonly Daemon server;

    public PostgresqlShapes()
    {
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        if (user.Length > 0) Run("chown", ["postgres", data]);
        string[] make = [.. user, programs + "/initdb", "-D", data, "--no-sync", "--username=postgres", "--no-instructions", "--encoding=UTF8", "--locale=C"];
        Run(make[0], make[1..]);
        server = new Daemon([], [.. user, programs + "/postgres", "-D", data, "-p", "PORT", "-k", data, "-c", "compute_query_id=on", "-c", "fsync=off"]);
        // It listens a little before it answers.
        Assert.True(Programs.Eventually(() => Psql("SELECT 1;").Trim() == "1", 60), server.LastWords);
        Psql(string.Join(";\n", SqlAttacks.Schema) + ";\n" + function);
    }

    public static bool IsInstalled => programs is not null && Programs.Missing("psql") is null;

    /// <summary>For each statement null when it is not accepted.</summary>
    public string?[] Of(IEnumerable<byte[]> statements)
    {
        var said = Psql(string.Concat(statements.Select(statement => $"SELECT 'shape', shape(decode('{Convert.ToHexString(statement)}', 'hex'));\n")));
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["shape|".Length..] is { Length: > 0 } shape ? shape : null)];
    }

    public void Dispose()
    {
        Run("kill", ["-INT", File.ReadLines(data + "/postmaster.pid").First()]);
        Programs.Eventually(() => !File.Exists(data + "/postmaster.pid"), 30);
        server.Dispose();
        Directory.Delete(data, recursive: true);
    }

    private string Psql(string script)
    {
        var start = new ProcessStartInfo("psql", ["-h", data, "-p", $"{server.Port}", "-U", "postgres", "-d", "postgres", "-AtqX"]) { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var psql = Process.Start(start)!;
        var errors = psql.StandardError.ReadToEndAsync();
        var said = psql.StandardOutput.ReadToEndAsync();
        psql.StandardInput.Write(script);
        psql.StandardInput.Close();
        psql.WaitForExit();
        _ = errors.Result;
        return said.Result;
    }

    private static void Run(string program, string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = running.StandardError.ReadToEndAsync();
        running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        Assert.True(running.ExitCode == 0, $"{program}: {error.Result}");
    }
}
