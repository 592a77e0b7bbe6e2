using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// A record of pg_hba.conf that lets `postgres` in from other machines: the first that fits decides, so an earlier `reject` for the user, from everywhere
/// and to every database, closes the way (PostgreSQL's documentation, "The pg_hba.conf File").
/// </summary>
internal sealed class PostgresqlSuperuserRemote : IAnalysis
{
    private const string Superuser = "postgres";

    public string Id => "postgresql-superuser-remote";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var records = judged.Application.Find(judged.Root, HbaGrammar.Key);
        foreach (var record in records.Settings.Where(record => !record.IsGap))
        {
            if (record.Arguments[0] == "local" || !IsFor(record)) continue; // Not about it.
            if (record.Arguments[4] == "reject")
            {
                if (record is { Needs: null, Arguments: ["host", "all", _, "all", ..] }) yield break;
                continue; // It refuses some of the ways only.
            }
            if (PostgresqlAccess.IsLoopback(record.Arguments[3])) continue; // From this machine alone.
            yield return new Hit(record, judged.Root, $"It lets {Superuser} in from {record.Arguments[3]}.", $"host all {Superuser} all reject\n{record.ToString()[(HbaGrammar.Key.Length + 1)..]}", record.Needs);
            yield break;
        }
        if (records.Gap is { } gap) yield return new Hit(gap, judged.Root, "", Needs: gap.Needs);
    }

    private static bool IsFor(Setting record) => record.Arguments[2].Split(',').Any(user => user is "all" or Superuser);
}
