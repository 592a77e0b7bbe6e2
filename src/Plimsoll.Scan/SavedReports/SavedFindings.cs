using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;

namespace Plimsoll.Scan.SavedReports;

/// <summary>Findings, suppressions and the plan of a saved report: the way back of Reports/Json.</summary>
internal static class SavedFindings
{
    public static Vulnerability Vulnerability(JsonElement one)
    {
        var vulnerability = new Vulnerability
        {
            Id = one.Text("id") ?? throw new FormatException("a finding has no `id`"),
            Aliases = one.Texts("aliases"),
            PackageKey = one.Text("package") ?? "",
            PackageName = one.Text("name") ?? "",
            Version = one.Text("version") ?? "",
            KnownAs = one.Text("knownAs"),
            FixedVersions = one.Texts("fixedVersions"),
            Status = Word<AffectedStatus>(one.Text("status")),
            Rating = one.Text("rating") is { } rating ? Word<CvssRating>(rating) : null,
            Severities = [.. one.Member("severities").Items().Select(Severity)],
            Weaknesses = [.. one.Texts("weaknesses").Select(name => Cwe.TryParse(name, out var number) ? number : throw new FormatException($"`{name}` is no kind of weakness"))],
            Exploited = Exploited(one),
            Probability = one.Member("epss").ValueKind == JsonValueKind.Object ? new ExploitProbability(one.Member("epss").Member("score").GetDouble(), one.Member("epss").Member("percentile") is { ValueKind: JsonValueKind.Number } percentile ? percentile.GetDouble() : null) : null,
            Basis = Word<MatchBasis>(one.Text("basis")),
            IsGuess = one.Member("isGuess").ValueKind == JsonValueKind.True,
            Advisories = [.. one.Member("advisories").Items().Select(advisory => new AdvisorySource(advisory.Text("feed") ?? "", advisory.Text("id") ?? ""))],
            Summary = one.Text("summary"),
            Published = Time(one.Text("published")),
            Modified = Time(one.Text("modified")),
            Vex = Remark(one.Member("vex")),
        };
        return vulnerability with { Priority = Priority(one.Member("priority"), vulnerability) };
    }

    public static SuppressedVulnerability Suppressed(JsonElement one) => new(Vulnerability(one.Member("vulnerability")),
    [
        .. one.Member("by").Items().Select(by => new Suppression
        {
            Source = Word<SuppressionSource>(by.Text("source")),
            File = by.Text("file") ?? "",
            Statement = by.Text("statement") ?? "",
            Reason = by.Text("reason") ?? "",
            Expires = Date(by.Text("expires")),
            Status = by.Text("status") is { } status ? Word<VexStatus>(status) : null,
            Justification = by.Text("justification"),
        }),
    ]);

    private static VexRemark? Remark(JsonElement vex) => vex.ValueKind != JsonValueKind.Object ? null : new VexRemark
    {
        Status = Word<VexStatus>(vex.Text("status")),
        File = vex.Text("file") ?? "",
        Statement = vex.Text("statement") ?? "",
        Text = vex.Text("text"),
    };

    public static Plan Plan(JsonElement plan) => new()
    {
        Actions = [.. plan.Member("actions").Items().Select(Action)],
        Unfixed = Findings(plan, "unfixed"),
    };

    private static PlanAction Action(JsonElement one) => new()
    {
        Rank = (int)(one.Number("rank") ?? 0),
        Kind = Word<ActionKind>(one.Text("kind")),
        Title = one.Text("title") ?? "",
        Manager = one.Text("manager"),
        Command = one.Text("command"),
        DockerfileLine = one.Text("dockerfileLine"),
        Changes = [.. one.Member("changes").Items().Select(change => new PackageChange(change.Text("package") ?? "", change.Text("name") ?? "", change.Text("from") ?? "", change.Text("to") ?? "") { BroughtBy = change.Texts("broughtBy") })],
        Fixes = Findings(one, "fixes"),
        ExploitedCount = (int)(one.Number("exploitedCount") ?? 0),
        Why = one.Text("why") ?? "",
        Notes = one.Texts("notes"),
    };

    private static ImmutableArray<FindingKey> Findings(JsonElement of, string name) => [.. of.Member(name).Items().Select(finding => new FindingKey(finding.Text("vulnerability") ?? "", finding.Text("package") ?? ""))];

    /// <summary>Null in a report of a version that did not judge yet.</summary>
    private static Priority? Priority(JsonElement priority, Vulnerability one) => priority.ValueKind != JsonValueKind.Object ? null : new Priority
    {
        Rank = (int)(priority.Number("rank") ?? 0),
        IsExploited = one.Exploited is not null,
        Probability = one.Probability?.Score,
        Rating = one.Rating,
        Score = one.HighestScore,
        HasFix = !one.FixedVersions.IsEmpty,
        Reach = Word<Reach>(priority.Text("reach")),
        ReachReason = priority.Text("reachReason") ?? "",
        Origin = Word<LayerOrigin>(priority.Text("layer")),
        Finding = one.Key,
    };

    private static SeverityRating Severity(JsonElement one)
    {
        var text = one.Text("text") ?? "";
        return new SeverityRating(one.Text("source") ?? "", text, CvssVector.TryParse(text, out var vector, out _) ? vector : null);
    }

    private static KnownExploited? Exploited(JsonElement one) => one.Member("exploited") is not { ValueKind: JsonValueKind.Object } entry ? null : new KnownExploited
    {
        Cve = one.Texts("aliases").Prepend(one.Text("id") ?? "").Select(name => CveId.TryParse(name, out var cve) ? cve : (CveId?)null).FirstOrDefault(cve => cve is not null) ?? default,
        Added = Date(entry.Text("added")),
        Due = Date(entry.Text("due")),
        UsedByRansomware = entry.Member("usedByRansomware").ValueKind == JsonValueKind.True,
    };

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static DateOnly? Date(string? text) => text is null ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A word of an enumeration, as reports write it.</summary>
    /// <exception cref="FormatException">This version does not know it.</exception>
    public static T Word<T>(string? text) where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value : throw new FormatException($"`{text}` is not known here");
}
