using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Operation;

/// <summary>What `plimsoll guard top` shows of two samples: how much happens now, what is refused, which sites are slow, which upstreams are down. Fits 80 columns and 24 rows.</summary>
internal sealed class TopPage(TopSample before, TopSample now, double seconds, int width, bool hasColour)
{
    private const int mostReasons = 6;
    private const int mostSites = 4;
    private const int mostUpstreams = 4;
    private const string requests = "plimsoll_guard_requests_total";
    private const string duration = "plimsoll_guard_request_duration_seconds";
    private readonly StringBuilder text = new();

    public string Write(string address)
    {
        var faults = now.Sum("plimsoll_guard_config_faults");
        Line($"plimsoll guard at {address}, configuration {now.Sum("plimsoll_guard_config_generation"):0}", isBold: true);
        if (faults > 0) Line($"The newest configuration is refused, faults: {faults:0}. /status says them.", isRed: true);
        Line($"requests {PerSecond(requests)}/s   refused {PerSecond(requests, ("decision", "refused"))}/s   detected {PerSecond(requests, ("decision", "detected"))}/s   connections {now.Sum("plimsoll_guard_connections"):0}");
        Line($"in {Size(Rate("plimsoll_guard_request_body_bytes_total"))}/s   out {Size(Rate("plimsoll_guard_response_body_bytes_total"))}/s   events dropped {now.Sum("plimsoll_guard_events_dropped_total"):0}");
        Sites();
        Refusals();
        Upstreams();
        return text.ToString();
    }

    private void Sites()
    {
        Line("");
        Line(Columns("SITE, SLOWEST FIRST", "REQUESTS/S", "REFUSED/S", "MEAN", "95 %"), isBold: true);
        foreach (var (site, mean) in now[duration + "_count"].Select(series => (Site: series["site"], Mean: Mean(series["site"]))).OrderByDescending(site => site.Mean).ThenBy(site => site.Site, StringComparer.Ordinal).Where(site => now.Sum(requests, ("site", site.Site)) > 0 || site.Site != Counters.NoSite).Take(mostSites))
            Line(Columns(site, PerSecond(requests, ("site", site)), PerSecond(requests, ("site", site), ("decision", "refused")), Time(mean), Quantile(site)));
    }

    private void Refusals()
    {
        Line("");
        Line(Columns("REFUSED OR DETECTED FOR", "", "", "NOW/S", "ALL"), isBold: true);
        var reasons = now[requests].Where(series => series["reason"] != "none").GroupBy(series => series["reason"]).Select(group => (Reason: group.Key, Now: Rate(requests, ("reason", group.Key)), All: group.Sum(series => series.Value)));
        foreach (var (reason, rate, all) in reasons.OrderByDescending(reason => reason.Now).ThenByDescending(reason => reason.All).ThenBy(reason => reason.Reason, StringComparer.Ordinal).Take(mostReasons))
            Line(Columns(reason, "", "", Number(rate), all.ToString("0", CultureInfo.InvariantCulture)), isRed: rate > 0);
    }

    private void Upstreams()
    {
        Line("");
        Line(Columns("UPSTREAM", "", "SITE", "STATE", "RUNNING"), isBold: true);
        foreach (var series in now["plimsoll_guard_upstream_up"].OrderBy(series => series.Value).ThenBy(series => series["site"], StringComparer.Ordinal).ThenBy(series => series["upstream"], StringComparer.Ordinal).Take(mostUpstreams))
        {
            var active = now.Sum("plimsoll_guard_upstream_requests_active", ("site", series["site"]), ("upstream", series["upstream"]));
            Line(Columns(series["upstream"], "", series["site"], series.Value > 0 ? "up" : "down", active.ToString("0", CultureInfo.InvariantCulture)), isRed: series.Value == 0);
        }
    }

    private double Rate(string family, params (string Name, string Value)[] labels) => Math.Max(0, now.Sum(family, labels) - before.Sum(family, labels)) / seconds;

    private string PerSecond(string family, params (string Name, string Value)[] labels) => Number(Rate(family, labels));

    /// <summary>Seconds; of all requests since the start when there are no new ones.</summary>
    private double Mean(string site)
    {
        (string, string) label = ("site", site);
        var (count, sum) = (Rate(duration + "_count", label), Rate(duration + "_sum", label));
        if (count == 0) (count, sum) = (now.Sum(duration + "_count", label), now.Sum(duration + "_sum", label));
        return count == 0 ? 0 : sum / count;
    }

    /// <summary>The first bound below which 95 of 100 are.</summary>
    private string Quantile(string site)
    {
        var buckets = now[duration + "_bucket"].Where(series => series["site"] == site).ToList();
        if (buckets.Count == 0) return "";
        var counts = buckets.Select(bucket => Rate(duration + "_bucket", ("site", site), ("le", bucket["le"]))).ToList();
        if (counts[^1] == 0) counts = [.. buckets.Select(bucket => bucket.Value)];
        if (counts[^1] == 0) return "";
        var bound = buckets[counts.FindIndex(count => count >= counts[^1] * 0.95)]["le"];
        return double.TryParse(bound, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? "≤ " + Time(seconds) : "> 30 s";
    }

    private string Columns(string name, params string[] values)
    {
        const int column = 12;
        var room = Math.Max(8, Math.Min(width, 100) - values.Length * column);
        // An empty value leaves its room to the name.
        var skipped = values.TakeWhile(value => value.Length == 0).Count();
        room += skipped * column;
        return Cut(name, room).PadRight(room) + string.Concat(values.Skip(skipped).Select(value => Cut(value, column - 1).PadLeft(column)));
    }

    private static string Cut(string value, int most) => value.Length <= most ? value : value[..(most - 1)] + "…";

    private void Line(string line, bool isBold = false, bool isRed = false)
    {
        // Whoever answers for a guard does not command the terminal.
        var cut = string.Concat(Cut(line.TrimEnd(), width).Select(letter => char.IsControl(letter) ? '?' : letter));
        text.Append(hasColour && isBold ? $"\e[1m{cut}\e[0m" : hasColour && isRed ? $"\e[31m{cut}\e[0m" : cut).Append('\n');
    }

    private static string Number(double value) => value.ToString(value is > 0 and < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Time(double seconds) => seconds switch
    {
        0 => "",
        < 0.001 => (seconds * 1e6).ToString("0", CultureInfo.InvariantCulture) + " µs",
        < 1 => (seconds * 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        _ => seconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
    };

    private static string Size(double bytes) => bytes switch
    {
        < 1 << 10 => bytes.ToString("0", CultureInfo.InvariantCulture) + " B",
        < 1 << 20 => (bytes / (1 << 10)).ToString("0.0", CultureInfo.InvariantCulture) + " KiB",
        _ => (bytes / (1 << 20)).ToString("0.0", CultureInfo.InvariantCulture) + " MiB",
    };
}
