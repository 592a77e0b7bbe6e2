using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Operation;

/// <summary>All metrics of a guard of PostgreSQL, documented in docs/guard-postgres.md; no label has a value that traffic chooses.</summary>
internal static class PostgresMetrics
{
    public static string Write(PostgresOperations operations, bool isOpen)
    {
        var page = new MetricsText(isOpen);
        var (policy, gateway) = (operations.Gateway.Policy, operations.Gateway);
        page.Counter("plimsoll_guard_statements", "Executions of statements, and statements that something was against, by what was decided.");
        Decided(page, policy.Counters.Statements);
        page.Counter("plimsoll_guard_statements_known_bad", "Those that a rule was against, by rule.");
        foreach (var (rule, count) in policy.Counters.KnownBad) page.Value(count, ("rule", rule));
        page.Counter("plimsoll_guard_statement_rows", "Rows that statements gave, and copied ones.");
        page.Value(policy.Counters.Rows);
        page.Counter("plimsoll_guard_statement_result_bytes", "Bytes of these rows.");
        page.Value(policy.Counters.Bytes);
        page.Counter("plimsoll_guard_sessions", "Sessions by what was decided at their start, and those that ended for another reason than a statement.");
        Decided(page, policy.Counters.Sessions);
        page.Gauge("plimsoll_guard_shapes", "Shapes of statements that are remembered, by whether they may run.");
        var (permitted, refused) = policy.Remembered;
        page.Value(permitted, ("state", "permitted"));
        page.Value(refused, ("state", "waiting"));
        page.Counter("plimsoll_guard_shapes_learned", "Shapes that were learned since the start.");
        page.Value(policy.Learned);
        CommonMetrics.Connections(page, gateway.Open, gateway.Accepted);
        page.Gauge("plimsoll_guard_upstream_up", "Whether the server was reached when it was last tried.");
        page.Value(gateway.IsReached ? 1 : 0, ("upstream", gateway.Options.Upstream.Name));
        CommonMetrics.State(page, operations.Events, operations.Config);
        return page.ToString();
    }

    private static void Decided(MetricsText page, IEnumerable<(Decision Decision, Reason Reason, long Count)> cells)
    {
        foreach (var (decision, reason, count) in cells) page.Value(count, ("decision", DecisionNames.Of(decision)), ("reason", Reasons.Name(reason)));
    }
}
