using System.Globalization;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Operation;

/// <summary>All metrics of a guard of HTTP. Their names and labels are documented in docs/guard-operations.md; no label has a value that traffic chooses.</summary>
internal static class MetricsPage
{
    private static readonly string[] classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    public static string Write(Operations operations, bool isOpen)
    {
        var page = new MetricsText(isOpen);
        var sites = operations.Counters.All.ToList();
        page.Counter("plimsoll_guard_requests", "Requests, and connections that came to none, by what was decided and answered.");
        foreach (var (site, counters) in sites)
            foreach (var (decision, reason, status, count) in counters.Requests)
                page.Value(count, ("site", site), ("decision", DecisionNames.Of(decision)), ("reason", Reasons.Name(reason)), ("status", classes[status]));
        page.Histogram("plimsoll_guard_request_duration_seconds", "From the complete head to the end of the answer.");
        foreach (var (site, counters) in sites) Durations(page, site, counters);
        page.Counter("plimsoll_guard_request_body_bytes", "Bytes of forwarded bodies of requests.");
        foreach (var (site, counters) in sites) page.Value(counters.RequestBytes, ("site", site));
        page.Counter("plimsoll_guard_response_body_bytes", "Bytes of bodies of answers.");
        foreach (var (site, counters) in sites) page.Value(counters.ResponseBytes, ("site", site));
        page.Counter("plimsoll_guard_requests_with_trailers", "Requests whose trailers were checked and left out.");
        foreach (var (site, counters) in sites) page.Value(counters.Trailers, ("site", site));
        page.Counter("plimsoll_guard_answers_unread", "Answers of which rules did not see all of the body, by why not.");
        foreach (var (site, counters) in sites)
            foreach (var why in Enum.GetValues<UnreadAnswer>().Where(why => counters.Unread(why) > 0)) page.Value(counters.Unread(why), ("site", site), ("why", UnreadAnswers.Name(why)));
        RuleValues(page, operations);
        CommonMetrics.Connections(page, operations.Gateway.Open, operations.Gateway.Accepted);
        page.Gauge("plimsoll_guard_revocations_expire_timestamp_seconds", "Until when the lists of revoked certificates of a file hold.");
        foreach (var (file, until) in operations.Gateway.Revocations) page.Value(until.ToUnixTimeMilliseconds() / 1000.0, ("file", file));
        Upstreams(page, operations);
        CommonMetrics.State(page, operations.Events, operations.Config);
        return page.ToString();
    }

    private static void Durations(MetricsText page, string site, SiteCounters counters)
    {
        var cumulated = counters.Cumulated();
        for (var i = 0; i < cumulated.Length; i++)
            page.Value("_bucket", cumulated[i], ("site", site), ("le", i == SiteCounters.Bounds.Length ? "+Inf" : (SiteCounters.Bounds[i] / 1e6).ToString("0.0###", CultureInfo.InvariantCulture)));
        page.Value("_sum", counters.Microseconds / 1e6, ("site", site));
        page.Value("_count", cumulated[^1], ("site", site));
    }

    private static void RuleValues(MetricsText page, Operations operations)
    {
        page.Counter("plimsoll_guard_rule_values", "Short values that rules were chosen for, and whether their verdict was remembered, since the rules were loaded.");
        foreach (var site in operations.Gateway.Running.Options.Sites)
        {
            if (site.Rules?.Verdicts is not { } verdicts) continue;
            var (asked, found) = verdicts.Counts;
            page.Value(found, ("site", site.Name), ("remembered", "true"));
            page.Value(asked - found, ("site", site.Name), ("remembered", "false"));
        }
    }

    private static void Upstreams(MetricsText page, Operations operations)
    {
        var now = Environment.TickCount64;
        var all = operations.Gateway.Running.Sites.All.SelectMany(site => site.Pool.Upstreams.Select(upstream => (Site: site.Options.Name, Upstream: upstream))).ToList();
        page.Gauge("plimsoll_guard_upstream_up", "Whether the upstream gets requests.");
        foreach (var (site, upstream) in all) page.Value(upstream.IsUp(now) ? 1 : 0, ("site", site), ("upstream", upstream.Name));
        page.Gauge("plimsoll_guard_upstream_requests_active", "Requests that run at the upstream.");
        foreach (var (site, upstream) in all) page.Value(upstream.Active, ("site", site), ("upstream", upstream.Name));
    }
}
