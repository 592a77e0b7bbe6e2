using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Which applications a vulnerability of the NVD affects: `configurations`, of which any may hold, each of `nodes` that
/// `operator` joins (any of them, or with `AND` all), each of `cpeMatch`: `criteria` (a CPE 2.3) with `vulnerable` and
/// bounds of versions. Ecosystem `CPE`, name `vendor:product`.
/// Only applications (part `a`) are taken: operating systems and their packages are their distributors' to judge, and
/// hardware is in no image. A condition is taken to hold unless no Linux container can meet it.
/// </summary>
internal sealed class NvdConfigurations(string id, string where, ProblemLog problems)
{
    public const string Ecosystem = "CPE";

    /// <summary>Operating systems, as vendors of platforms and as `target_sw`, under which no Linux container runs.</summary>
    private static readonly string[] foreignVendors = ["apple", "microsoft", "google", "sun", "hp", "ibm", "freebsd", "openbsd", "netbsd", "vmware"];
    private static readonly string[] foreignTargets = ["windows", "macos", "mac_os", "mac_os_x", "iphone_os", "ipados", "android", "solaris", "aix", "visionos", "watchos"];

    private readonly SortedDictionary<string, (List<AffectedRange> Ranges, List<string> Versions)> affected = new(StringComparer.Ordinal);

    public ImmutableArray<AffectedPackage> Read(JsonElement configurations)
    {
        foreach (var configuration in configurations.Items()) ReadConfiguration(configuration);
        return
        [
            .. affected.Select(one => new AffectedPackage
            {
                Ecosystem = Ecosystem,
                Name = one.Key,
                Ranges = [.. one.Value.Ranges],
                Versions = [.. one.Value.Versions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            }),
        ];
    }

    private void ReadConfiguration(JsonElement configuration)
    {
        var nodes = configuration.Member("nodes").Items().ToList();
        // Not(…) of a whole configuration or node says where it does not hold: nothing is affected by that.
        if (IsNegated(configuration)) return;
        if (configuration.Text("operator") == "AND" && nodes.Exists(node => !CanHold(node))) return; // It needs what is in no container.
        foreach (var node in nodes)
            if (!IsNegated(node))
                foreach (var match in node.Member("cpeMatch").Items()) ReadMatch(match);
    }

    private static bool IsNegated(JsonElement part) => part.Member("negate").ValueKind == JsonValueKind.True;

    /// <summary>Whether one of a node's platforms, or with `AND` all of them, can be met in a Linux container.</summary>
    private static bool CanHold(JsonElement node)
    {
        var platforms = node.Member("cpeMatch").Items().Select(match => match.Text("criteria")).OfType<string>();
        if (IsNegated(node)) return true;
        return node.Text("operator") == "AND" ? platforms.All(CanBeMet) : !platforms.Any() || platforms.Any(CanBeMet);

        static bool CanBeMet(string criteria) => !Cpe.TryParse(criteria, out var cpe) || !(cpe.Part == "o" && foreignVendors.Contains(cpe.Vendor));
    }

    private void ReadMatch(JsonElement match)
    {
        if (match.Member("vulnerable").ValueKind != JsonValueKind.True) return; // What it runs on, which is a condition only.
        if (!Cpe.TryParse(match.Text("criteria") ?? "", out var cpe))
        {
            problems.Report(ProblemKind.Malformed, where, $"`{id}` has the criteria `{match.Text("criteria")}`, expected a CPE 2.3; it was left out");
            return;
        }
        if (cpe.Part != "a" || foreignTargets.Contains(cpe.TargetSoftware)) return; // Not for us, as the summary says.
        var events = Bounds(match);
        if (events is [] && cpe.Version == Cpe.NotApplicable) return; // NIST IR 7696, 6.3: a version is disjoint from none, so this never matches one.
        var (ranges, versions) = affected.TryGetValue($"{cpe.Vendor}:{cpe.Product}", out var known) ? known : affected[$"{cpe.Vendor}:{cpe.Product}"] = ([], []);
        if (events is not []) ranges.Add(new AffectedRange(RangeKind.Ecosystem, events));
        else if (cpe.Version == Cpe.Any) ranges.Add(FeedRanges.All);
        else if (cpe.Version.AsSpan().ContainsAny('*', '?')) problems.Report(ProblemKind.Unsupported, where, $"`{id}` has the version pattern `{cpe.Version}` for `{cpe.Vendor}:{cpe.Product}`; it was left out");
        else versions.Add(Version(cpe));
    }

    /// <summary>
    /// An excluded start is taken as included, since ranges have no such event: one version too many, which the vendor
    /// had released before the one that brought the fault in.
    /// </summary>
    private static ImmutableArray<RangeEvent> Bounds(JsonElement match)
    {
        var start = match.Text("versionStartIncluding") ?? match.Text("versionStartExcluding");
        var end = match.Text("versionEndExcluding") is { } open ? new RangeEvent(RangeEventKind.Fixed, open)
            : match.Text("versionEndIncluding") is { } closed ? new RangeEvent(RangeEventKind.LastAffected, closed)
            : (RangeEvent?)null;
        if (start is null && end is null) return [];
        var begin = new RangeEvent(RangeEventKind.Introduced, start ?? "0");
        return end is { } last ? [begin, last] : [begin];
    }

    /// <summary>`7.2` and `p2` are written 7.2p2, as patch levels are; others get a hyphen: 2.0-beta9.</summary>
    private static string Version(Cpe cpe)
    {
        if (cpe.Update is Cpe.Any or Cpe.NotApplicable) return cpe.Version;
        var isPatch = cpe.Update.Length > 1 && cpe.Update[0] == 'p' && char.IsAsciiDigit(cpe.Update[1]);
        return isPatch ? cpe.Version + cpe.Update : $"{cpe.Version}-{cpe.Update}";
    }
}
