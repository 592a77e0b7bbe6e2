using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Operation;

/// <summary>Metrics that a guard of any protocol has, in docs/guard-operations.md.</summary>
internal static class CommonMetrics
{
    public static void Connections(MetricsText page, int open, long accepted)
    {
        page.Gauge("plimsoll_guard_connections", "Connections of clients that are open.");
        page.Value(open);
        page.Counter("plimsoll_guard_connections_accepted", "Connections of clients since the start.");
        page.Value(accepted);
    }

    public static void State(MetricsText page, EventSinks events, ConfigState config)
    {
        page.Counter("plimsoll_guard_events_dropped", "Events that did not come to their target.");
        foreach (var (name, dropped) in events.Dropped) page.Value(dropped, ("target", name));
        page.Gauge("plimsoll_guard_config_generation", "Number of the configuration in force, 1 for the first.");
        page.Value(config.Generation);
        page.Gauge("plimsoll_guard_config_loaded_timestamp_seconds", "When it was loaded.");
        page.Value(config.Loaded.ToUnixTimeMilliseconds() / 1000.0);
        page.Gauge("plimsoll_guard_config_last_reload_successful", "0 while the newest configuration is refused and an older one in force.");
        page.Value(config.Faults.Count == 0 ? 1 : 0);
        page.Gauge("plimsoll_guard_config_faults", "Faults of the newest configuration; /status has their text.");
        page.Value(config.Faults.Count);
        page.Counter("plimsoll_guard_config_refused", "Configurations that were refused since the start.");
        page.Value(config.Refused);
    }
}
