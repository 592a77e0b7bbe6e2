using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Debian's security tracker (https://security-tracker.debian.org/tracker/data/json, some 70 MB): an object by source
/// package of objects by vulnerability with `description` and `releases`, by code name: `status` (`open`, `resolved`,
/// `undetermined`), `fixed_version` (`0`: never was affected), `urgency`, and for what gets no advisory of its own
/// `nodsa` (why) with `nodsa_reason` (`ignored`, `postponed` or nothing).
/// One advisory for each vulnerability of each source package.
/// </summary>
internal sealed class DebianTracker : AdvisoryFeed
{
    public const string FeedId = "debian-tracker";

    /// <summary>Where the tracker has it, under the name <see cref="FileName"/>.</summary>
    public const string Publisher = "https://security-tracker.debian.org/tracker/data/";

    public const string FileName = "json";

    public override string Id => FeedId;
    public override string Describes => "Debian's security tracker: what Debian says of each CVE in each release";
    public override TimeSpan StaleAfter => TimeSpan.FromDays(7);

    /// <summary>Under the tracker's own name, or saved with the ending of its kind.</summary>
    public override string? PartOf(string path) => path is $"{FeedId}/{FileName}" or $"{FeedId}/data.json" ? "Debian" : null;

    /// <exception cref="UnreadableException">It is no JSON, or not all of it.</exception>
    public static void Read(Stream source, string where, Action<Advisory> add, ProblemLog problems) =>
        JsonStream.Read(source, where, problems, json => json.Members("the document", package =>
            json.Members($"the package `{package}`", vulnerability =>
                json.Value($"`{vulnerability}` of `{package}`", value => ReadVulnerability(package, vulnerability, value, where, add, problems)))));

    protected override void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled) => FeedContent.Read(file, content => Read(content, file.Path, advisory =>
    {
        cancelled.ThrowIfCancellationRequested();
        to.Add(file.Path, advisory);
    }, to.Problems));

    private static void ReadVulnerability(string package, string id, JsonElement value, string where, Action<Advisory> add, ProblemLog problems)
    {
        var affected = ImmutableArray.CreateBuilder<AffectedPackage>();
        foreach (var release in value.Member("releases").Members())
            if (Affected(package, release.Name, release.Value) is { } one) affected.Add(one);
            else problems.Report(ProblemKind.Malformed, where, $"`{id}` of `{package}` has the status `{release.Value.Text("status")}` in `{release.Name}`, expected `open`, `resolved` with a fixed version, or `undetermined`; the release was left out");
        if (affected.Count == 0)
        {
            problems.Report(ProblemKind.Malformed, where, $"`{id}` of `{package}` names no release that can be read; it was left out");
            return;
        }
        affected.Sort((left, right) => string.CompareOrdinal(left.Ecosystem, right.Ecosystem));
        add(new Advisory
        {
            Id = id,
            Feed = FeedId,
            Details = value.Text("description"),
            Affected = affected.DrainToImmutable(),
            References = [$"https://security-tracker.debian.org/tracker/{id}"],
        });
    }

    /// <summary>Null when the tracker's word is none that is known.</summary>
    private static AffectedPackage? Affected(string package, string codename, JsonElement release)
    {
        var status = release.Text("status");
        var version = release.Text("fixed_version");
        if (status is not ("open" or "resolved" or "undetermined") || (status == "resolved" && string.IsNullOrEmpty(version))) return null;
        var isNever = status == "resolved" && version == "0";
        return new AffectedPackage
        {
            Ecosystem = DebianReleases.Ecosystem(codename),
            Name = package,
            Ranges = isNever ? [] : [status == "resolved" ? FeedRanges.Until(version!) : FeedRanges.All],
            Status = isNever ? AffectedStatus.NotAffected : status switch
            {
                "resolved" => AffectedStatus.Affected,
                "undetermined" => AffectedStatus.UnderInvestigation,
                _ => Open(release),
            },
            Severities = Urgency(release) is { Length: > 0 } urgency and not ("not yet assigned" or "end-of-life") ? [new Severity("Debian", urgency)] : [],
        };
    }

    /// <summary>Stars mark what was taken from the NVD.</summary>
    private static string? Urgency(JsonElement release) => release.Text("urgency")?.TrimEnd('*');

    /// <summary>
    /// `unimportant` is what the tracker calls an issue without effect on security, which nobody fixes for its own sake.
    /// Without a reason, `nodsa` means that a point release may bring the fix.
    /// </summary>
    private static AffectedStatus Open(JsonElement release) => (Urgency(release), release.Text("nodsa_reason")) switch
    {
        ("end-of-life", _) => AffectedStatus.EndOfSupport,
        (_, "ignored") or ("unimportant", _) => AffectedStatus.NoFixPlanned,
        (_, not null) => AffectedStatus.FixDeferred,
        _ => release.Text("nodsa") is null ? AffectedStatus.Affected : AffectedStatus.FixDeferred,
    };
}
