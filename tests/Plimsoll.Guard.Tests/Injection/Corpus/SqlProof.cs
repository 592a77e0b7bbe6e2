using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>
/// Which candidates are injections: a real server accepts the statement with the value in it, and makes something else of it than with any harmless
/// value of its place.
/// </summary>
internal static class SqlProof
{
    private static readonly Lazy<IReadOnlyList<(Attack Attack, string Servers)>> proven = new(Prove);

    public static IReadOnlyList<Attack> Candidates { get; } = [.. SqlAttacks.Values(CorpusSeed.Value, Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 60_000 : 6_000).DistinctBy(attack => (attack.Context.Name, Encoding.Latin1.GetString(attack.Value)))];

    /// <summary>Proven ones of <see cref="Candidates"/>; the servers start once in a process, on first use.</summary>
    public static IReadOnlyList<(Attack Attack, string Servers)> Proven => proven.Value;

    /// <summary>Null when the servers are installed, else a sentence for a skip.</summary>
    public static string? Missing => !File.Exists(SqliteShapes.Library) ? "libsqlite3-0 is not installed" : !PostgresqlShapes.IsInstalled ? "postgresql is not installed" : !MariadbShapes.IsInstalled ? "mariadb-server is not installed" : null;

    private static IReadOnlyList<(Attack, string)> Prove() => [.. Candidates.Zip(Of(Candidates)).Where(pair => pair.Second.Length > 0)];

    /// <summary>For each the servers that it works on: `sqlite postgresql mariadb`, or nothing.</summary>
    public static string[] Of(IReadOnlyList<Attack> attacks)
    {
        var harmless = SqlAttacks.Contexts.SelectMany(context => context.Harmless.Select(value => (context.Name, Whole: context.Around(Encoding.UTF8.GetBytes(value))))).ToList();
        List<byte[]> statements = [.. harmless.Select(one => one.Whole), .. attacks.Select(attack => attack.Whole)];
        var servers = new string[attacks.Count];
        Array.Fill(servers, "");
        using (var sqlite = new SqliteShapes()) Add("sqlite", [.. statements.Select(sqlite.Of)]);
        using (var postgresql = new PostgresqlShapes()) Add("postgresql", postgresql.Of(statements));
        using (var mariadb = new MariadbShapes()) Add("mariadb", [.. statements.Select(mariadb.Of)]);
        return servers;

        void Add(string name, string?[] shapes)
        {
            Assert.Equal(statements.Count, shapes.Length);
            var known = harmless.Zip(shapes).Where(one => one.Second is not null).Select(one => (one.First.Name, one.Second)).ToHashSet();
            for (var i = 0; i < attacks.Count; i++)
                // Where the server refuses every harmless value, the place is none of its own.
                if (shapes[harmless.Count + i] is { } shape && known.Any(one => one.Name == attacks[i].Context.Name) && !known.Contains((attacks[i].Context.Name, shape))) servers[i] = $"{servers[i]} {name}".Trim();
        }
    }
}
