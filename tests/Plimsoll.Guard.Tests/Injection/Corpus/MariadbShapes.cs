using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>
/// What MariaDB makes of a statement: the digests that its performance schema keeps, in which literals do not count. The first statement is explained;
/// those behind it run as a user who may not change tables, and are rolled back. The connection speaks Latin-1, where byte 160 is a blank.
/// </summary>
internal sealed unsafe partial class MariadbShapes : IDisposable
{
    private const string library = "/usr/lib/x86_64-linux-gnu/libmariadb.so.3";
    private const uint severalStatements = 1 << 16;

    // Errors of a statement that was understood: a value out of range, more than one row, XPath, a name that a group has twice, no right, no such folder, time.
    private static readonly uint[] understood = [0, 1, 1044, 1045, 1062, 1105, 1142, 1227, 1242, 1290, 1292, 1317, 1365, 1366, 1690, 1969];

    private readonly string data = Directory.CreateTempSubdirectory("plimsoll-shapes-").FullName;
    private readonly Daemon server;
    private readonly nint root, user;
    private readonly string thread;
    private string last = "0";

    public MariadbShapes()
    {
        Install();
        server = new Daemon([], ["mariadbd", "--no-defaults", $"--datadir={data}/data", "--port=PORT", "--bind-address=127.0.0.1", $"--socket={data}/s", "--user=root", "--performance-schema=ON", "--performance-schema-consumer-events-statements-current=ON", "--performance-schema-consumer-events-statements-history=ON", "--performance-schema-events-statements-history-size=50", "--max-statement-time=0.1", "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]);
        root = Connect("root", null);
        foreach (var line in (string[])["CREATE DATABASE shop", "USE shop", .. SqlAttacks.Schema, "CREATE USER app@localhost", "GRANT SELECT, INSERT, UPDATE, DELETE ON shop.* TO app@localhost", "GRANT SELECT ON performance_schema.* TO app@localhost"]) Assert.True(Run(root, Encoding.UTF8.GetBytes(line), out _) == 0, Marshal.PtrToStringUTF8(Error(root)));
        user = Connect("app", "shop");
        Run(user, "SELECT CONNECTION_ID()"u8.ToArray(), out var connection);
        Run(root, Encoding.UTF8.GetBytes($"SELECT THREAD_ID FROM performance_schema.threads WHERE PROCESSLIST_ID = {connection}"), out var id);
        thread = id!;
        Run(user, "SET autocommit = 0"u8.ToArray(), out _);
        Of("SELECT 1"u8.ToArray());
    }

    public static bool IsInstalled => Programs.Missing("mariadbd", "mariadb-install-db", library) is null;

    /// <summary>Null when it does not accept the statement, or one of several.</summary>
    public string? Of(byte[] text)
    {
        var code = Run(user, [.. "EXPLAIN "u8, .. text], out _);
        var shape = Take();
        Run(user, "ROLLBACK"u8.ToArray(), out _);
        return understood.Contains(code) && shape is not null ? $"{shape} {(code is 0 or 1292 or 1366 ? "" : code)}" : null;
    }

    public void Dispose()
    {
        Close(user);
        Close(root);
        server.Dispose();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>The digests of all statements since the last call, that call and ROLLBACK before them. Asked over the same connection: another may ask before a statement is entered.</summary>
    private string? Take()
    {
        Run(user, Encoding.UTF8.GetBytes($"SELECT CONCAT(IFNULL(GROUP_CONCAT(DIGEST ORDER BY EVENT_ID), ''), ' ', MAX(EVENT_ID)) FROM performance_schema.events_statements_history WHERE THREAD_ID = {thread} AND EVENT_ID > {last}"), out var row);
        if (row?.Split(' ') is not [var digests, var id]) return null;
        last = id;
        return digests.Length > 0 ? digests : null;
    }

    private void Install()
    {
        using var install = Process.Start(new ProcessStartInfo("mariadb-install-db", ["--no-defaults", "--user=root", $"--datadir={data}/data", "--skip-test-db", "--auth-root-authentication-method=normal"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = install.StandardError.ReadToEndAsync();
        install.StandardOutput.ReadToEnd();
        install.WaitForExit();
        Assert.True(install.ExitCode == 0, errors.Result);
    }

    private nint Connect(string name, string? database)
    {
        var connection = Init(0);
        Assert.Equal(0, Option(connection, 7, "latin1")); // MYSQL_SET_CHARSET_NAME
        Assert.True(Programs.Eventually(() => Connect(connection, null, name, null, database, 0, data + "/s", severalStatements) != 0, 60), Marshal.PtrToStringUTF8(Error(connection)));
        return connection;
    }

    /// <summary>The first error, and the first field of the last row.</summary>
    private static uint Run(nint connection, byte[] text, out string? field)
    {
        field = null;
        fixed (byte* first = text)
            if (Query(connection, first, (nuint)text.Length) != 0) return Code(connection);
        int next;
        do
        {
            if (Result(connection) is var result and not 0)
            {
                while (Row(result) is var row && row is not null) field = Marshal.PtrToStringUTF8(row[0]);
                Free(result);
            }
            else if (Code(connection) is var code and not 0) return code;
        }
        while ((next = Next(connection)) == 0);
        return next > 0 ? Code(connection) : 0;
    }

    [LibraryImport(library, EntryPoint = "mysql_init")]
    private static partial nint Init(nint of);

    [LibraryImport(library, EntryPoint = "mysql_options", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Option(nint connection, int option, string value);

    [LibraryImport(library, EntryPoint = "mysql_real_connect", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Connect(nint connection, string? host, string user, string? password, string? database, uint port, string socket, nuint flags);

    [LibraryImport(library, EntryPoint = "mysql_real_query")]
    private static partial int Query(nint connection, byte* text, nuint length);

    [LibraryImport(library, EntryPoint = "mysql_store_result")]
    private static partial nint Result(nint connection);

    [LibraryImport(library, EntryPoint = "mysql_fetch_row")]
    private static partial nint* Row(nint result);

    [LibraryImport(library, EntryPoint = "mysql_free_result")]
    private static partial void Free(nint result);

    [LibraryImport(library, EntryPoint = "mysql_next_result")]
    private static partial int Next(nint connection);

    [LibraryImport(library, EntryPoint = "mysql_errno")]
    private static partial uint Code(nint connection);

    [LibraryImport(library, EntryPoint = "mysql_error")]
    private static partial nint Error(nint connection);

    [LibraryImport(library, EntryPoint = "mysql_close")]
    private static partial void Close(nint connection);
}
