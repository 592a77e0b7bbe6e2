using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles;

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
        if (policy.Convergence is { } learning) Learning(page, learning);
        CommonMetrics.Connections(page, gateway.Open, gateway.Accepted);
        page.Gauge("plimsoll_guard_upstream_up", "Whether the server was reached when it was last tried.");
        page.Value(gateway.IsReached ? 1 : 0, ("upstream", gateway.Options.Upstream.Name));
        CommonMetrics.State(page, operations.Events, operations.Config);
        return page.ToString();
    }

    private static void Learning(MetricsText page, Convergence learning)
    {
        page.Counter("plimsoll_guard_learning_statements", "Statements that ran since the start and that a profile may have.");
        page.Value(learning.Seen);
        page.Gauge("plimsoll_guard_learning_shapes", "Different shapes of these.");
        page.Value(learning.Kinds);
        page.Gauge("plimsoll_guard_learning_shapes_new", "Those of these shapes that the profile did not have at the start.");
        page.Value(learning.New);
        page.Gauge("plimsoll_guard_learning_shapes_once", "New shapes that came exactly once.");
        page.Value(learning.Once);
        page.Gauge("plimsoll_guard_learning_statements_since_new", "Statements since the last new shape, or since the start.");
        page.Value(learning.Since);
        page.Gauge("plimsoll_guard_learning_last_new_timestamp_seconds", "When the last new shape came, or the guard started.");
        page.Value(learning.QuietSince.ToUnixTimeMilliseconds() / 1000.0);
        page.Gauge("plimsoll_guard_learning_new_ratio", "At most so often the next statement is of a new shape.");
        page.Value(learning.Bound);
    }

    private static void Decided(MetricsText page, IEnumerable<(Decision Decision, Reason Reason, long Count)> cells)
    {
        foreach (var (decision, reason, count) in cells) page.Value(count, ("decision", DecisionNames.Of(decision)), ("reason", Reasons.Name(reason)));
    }
}
