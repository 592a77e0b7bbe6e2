using System.Globalization;
using System.Text;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Operation;

/// <summary>What `plimsoll guard top` shows of two samples of a guard of HTTP or PostgreSQL: how much happens now, what is refused, which sites are slow, which upstreams are down. Fits the terminal, and says what it has no row for.</summary>
internal sealed class TopPage(TopSample before, TopSample now, double seconds, int width, int height, bool hasColour)
{
    private const int leastRows = 1;
    private const int rowsBetween = 6; // A blank and a heading for each of three tables.
    private const string duration = "plimsoll_guard_request_duration_seconds";
    private readonly StringBuilder text = new();
    private readonly bool isDatabase = now["plimsoll_guard_shapes"].Count > 0; // There from the start, unlike what is counted.
    private int lines;

    private string Decided => isDatabase ? "plimsoll_guard_statements_total" : "plimsoll_guard_requests_total";

    public string Write(string address, TimeProvider? clock = null)
    {
        var faults = now.Sum("plimsoll_guard_config_faults");
        Line($"plimsoll guard at {address}, configuration {now.Sum("plimsoll_guard_config_generation"):0}", isBold: true);
        if (faults > 0) Line($"The newest configuration is refused, faults: {faults:0}. /status says them.", isRed: true);
        Line($"{(isDatabase ? "statements" : "requests")} {PerSecond(Decided)}/s   refused {PerSecond(Decided, ("decision", "refused"))}/s   detected {PerSecond(Decided, ("decision", "detected"))}/s   connections {now.Sum("plimsoll_guard_connections"):0}");
        Line($"{(isDatabase ? $"rows {PerSecond("plimsoll_guard_statement_rows_total")}/s" : $"in {Size(Rate("plimsoll_guard_request_body_bytes_total"))}/s")}   out {Size(Rate(isDatabase ? "plimsoll_guard_statement_result_bytes_total" : "plimsoll_guard_response_body_bytes_total"))}/s   events dropped {now.Sum("plimsoll_guard_events_dropped_total"):0}");
        Learning((clock ?? TimeProvider.System).GetUtcNow());
        var (sites, refusals, upstreams) = (Sites(), Refusals(), now["plimsoll_guard_upstream_up"].OrderBy(series => series.Value).ThenBy(series => series["site"], StringComparer.Ordinal).ThenBy(series => series["upstream"], StringComparer.Ordinal).ToList());
        // The last row is the cursor's.
        var rows = Share(Math.Max(height - 1 - lines - rowsBetween, 3 * leastRows), sites.Count, refusals.Count, upstreams.Count);
        if (!isDatabase) Table(Columns("SITE, SLOWEST FIRST", "REQUESTS/S", "REFUSED/S", "MEAN", "95 %"), sites, rows[0], site => Columns(site.Site, PerSecond(Decided, ("site", site.Site)), PerSecond(Decided, ("site", site.Site), ("decision", "refused")), Time(site.Mean), Quantile(site.Site)), _ => false);
        Table(Columns("REFUSED OR DETECTED FOR", "", "", "NOW/S", "ALL"), refusals, rows[1], one => Columns(one.Reason, "", "", Number(one.Now), one.All.ToString("0", CultureInfo.InvariantCulture)), one => one.Now > 0);
        Table(isDatabase ? Columns("UPSTREAM", "", "", "", "STATE") : Columns("UPSTREAM", "", "SITE", "STATE", "RUNNING"), upstreams, rows[2], series => isDatabase ? Columns(series["upstream"], "", "", "", State(series)) : Columns(series["upstream"], "", series["site"], State(series), Active(series)), series => series.Value == 0);
        return text.ToString();
    }

    /// <summary>Only a guard in mode learn has these.</summary>
    private void Learning(DateTimeOffset time)
    {
        const string family = "plimsoll_guard_learning_";
        if (now[family + "new_ratio"] is not [{ Value: > 0 and <= 1 and var bound }]) return;
        var quiet = time.ToUnixTimeSeconds() - now.Sum(family + "last_new_timestamp_seconds");
        var age = Convergence.Age(TimeSpan.FromSeconds(quiet > 0 ? Math.Min(quiet, int.MaxValue) : 0));
        var (shapes, news) = (Convergence.Many((long)now.Sum(family + "shapes"), "shape"), now.Sum(family + "shapes_new"));
        Line(news > 0 ? $"learning {shapes}, {Whole(news)} new ({Whole(now.Sum(family + "shapes_once"))} only once), the last {age} ago" : $"learning {shapes}, none new in {age}");
        Line(bound > 0.5 ? "too few statements to say how often a new shape will come" : $"next one new in fewer than 1 of {Whole(Math.Floor((1 / bound) + 1e-6))} cases: none in the last {Whole(now.Sum(family + "statements_since_new"))}");
    }

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A third of the rows for each; what one has no use for is the next one's, from the first on.</summary>
    private static int[] Share(int rows, params int[] needs)
    {
        int[] shares = [.. needs.Select(need => Math.Min(need, rows / needs.Length))];
        var left = rows - shares.Sum();
        for (var i = 0; i < needs.Length; i++)
        {
            var more = Math.Min(left, needs[i] - shares[i]);
            shares[i] += more;
            left -= more;
        }
        return shares;
    }

    private List<(string Site, double Mean)> Sites() =>
        [.. now[duration + "_count"].Select(series => (Site: series["site"], Mean: Mean(series["site"]))).OrderByDescending(site => site.Mean).ThenBy(site => site.Site, StringComparer.Ordinal).Where(site => now.Sum(Decided, ("site", site.Site)) > 0 || site.Site != Counters.NoSite)];

    private List<(string Reason, double Now, double All)> Refusals() =>
        [.. now[Decided].Where(series => series["reason"] != "none").GroupBy(series => series["reason"]).Select(group => (Reason: group.Key, Now: Rate(Decided, ("reason", group.Key)), All: group.Sum(series => series.Value))).OrderByDescending(reason => reason.Now).ThenByDescending(reason => reason.All).ThenBy(reason => reason.Reason, StringComparer.Ordinal)];

    private static string State(TopSample.Series of) => of.Value > 0 ? "up" : "down";

    private string Active(TopSample.Series of) => now.Sum("plimsoll_guard_upstream_requests_active", ("site", of["site"]), ("upstream", of["upstream"])).ToString("0", CultureInfo.InvariantCulture);

    /// <summary>As many as there is room for; the last row then says how many there are more.</summary>
    private void Table<T>(string heading, List<T> all, int most, Func<T, string> row, Func<T, bool> isRed)
    {
        Line("");
        Line(heading, isBold: true);
        var shown = all.Count <= most ? all.Count : Math.Max(0, most - 1);
        foreach (var one in all.Take(shown)) Line(row(one), isRed: isRed(one));
        if (shown < all.Count) Line($"… and {all.Count - shown} more");
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
        var column = width < 68 ? 10 : 12;
        var room = Math.Max(8, Math.Min(width, 100) - values.Length * column);
        // An empty value leaves its room to the name.
        var skipped = values.TakeWhile(value => value.Length == 0).Count();
        room += skipped * column;
        return Shortened(name, room - 1).PadRight(room) + string.Concat(values.Skip(skipped).Select(value => Shortened(value, column - 1).PadLeft(column)));
    }

    /// <summary>Without its middle: names of a kind differ at the end.</summary>
    private static string Shortened(string name, int most) => name.Length <= most ? name : $"{name[..(most / 2)]}…{name[^(most - most / 2 - 1)..]}";

    private static string Cut(string value, int most) => value.Length <= most ? value : value[..(most - 1)] + "…";

    private void Line(string line, bool isBold = false, bool isRed = false)
    {
        if (lines + 1 >= height) return;
        lines++;
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
