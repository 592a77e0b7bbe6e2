using System.Collections.Immutable;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Policies;

namespace Plimsoll.Scan.Plans;

/// <summary>Marks an image in each practice that a scan judges. docs/priorities.md publishes what each mark takes.</summary>
internal static class Practices
{
    public static ImmutableArray<PracticeMark> Mark(ScanResult result) =>
    [
        Know(result),
        Current(result),
        Hardened(result.Hardening),
        Minimal(result),
    ];

    /// <summary>Parts whose problems are about judging, not about what is in the image.</summary>
    private static readonly ImmutableArray<string> judges = [VulnerabilityFinder.Unit, Refreshing.Unit, Suppressing.VexUnit, PolicyJudge.Unit, Judgement.Unit];

    private static PracticeMark Know(ScanResult result)
    {
        if (result.Problems.Any(problem => !judges.Contains(problem.Unit))) return new PracticeMark(Practice.Know, Core.Plans.Mark.Fair, "something in it could not be read");
        return result.Applications switch
        {
            [] => new PracticeMark(Practice.Know, Core.Plans.Mark.Fair, "which application it exists for is not known"),
            [var one] => new PracticeMark(Practice.Know, Core.Plans.Mark.Good, $"it exists for {one.Name}{(one.Version is null ? "" : $" {one.Version}")}"),
            var several => new PracticeMark(Practice.Know, Core.Plans.Mark.Fair, $"it exists for {several.Length} applications; one for each container is replaced and confined more easily"),
        };
    }

    private static PracticeMark Current(ScanResult result)
    {
        if (result.Vulnerabilities is not { } found) return new PracticeMark(Practice.Current, Core.Plans.Mark.NotJudged, "not judged: nobody looked for vulnerabilities");
        var ended = result.Support?.Findings.Where(finding => finding.IsPastEnd).Select(finding => $"{finding.Title} {finding.Cycle ?? finding.Version}".TrimEnd()).Distinct(StringComparer.Ordinal).ToList() ?? [];
        var exploited = found.Count(one => one.Exploited is not null);
        var urgent = found.Count(one => one.Rating == CvssRating.Critical && !one.FixedVersions.IsEmpty);
        var fixable = found.Count(one => !one.FixedVersions.IsEmpty);
        var said = new List<string>();
        if (exploited > 0) said.Add($"{exploited} exploited in the wild");
        if (urgent > 0) said.Add($"{urgent} critical with a fix");
        if (ended.Count > 0) said.Add($"past the end of life: {string.Join(", ", ended.Take(3))}{(ended.Count > 3 ? $" and {ended.Count - 3} more" : "")}");
        if (said.Count > 0) return new PracticeMark(Practice.Current, Core.Plans.Mark.Poor, string.Join("; ", said));
        if (fixable > 0) return new PracticeMark(Practice.Current, Core.Plans.Mark.Fair, $"{fixable} {(fixable == 1 ? "finding has" : "findings have")} a fix");
        // Without advisories nothing is found either, which is no good mark.
        if (result.Problems.Any(problem => problem.Kind == ProblemKind.DataMissing)) return new PracticeMark(Practice.Current, Core.Plans.Mark.NotJudged, "not judged: data that it takes are missing");
        if (result.Problems.Any(problem => problem.Unit == UnreadManagers.Unit)) return new PracticeMark(Practice.Current, Core.Plans.Mark.NotJudged, "not judged: packages in it were not read");
        if (result.Packages.All(package => package.RemovedIn is not null)) return new PracticeMark(Practice.Current, Core.Plans.Mark.NotJudged, "not judged: no package was found in it");
        // What was not read, and what could not be compared, may be old.
        if (result.Problems.Any(problem => !judges.Contains(problem.Unit) || problem.Unit == VulnerabilityFinder.Unit)) return new PracticeMark(Practice.Current, Core.Plans.Mark.Fair, $"{(found.IsEmpty ? "no known vulnerability" : "nothing to be done")} in what was read, and not everything was");
        return new PracticeMark(Practice.Current, Core.Plans.Mark.Good, found.IsEmpty ? result.Suppressed.IsEmpty ? "no known vulnerability" : "no known vulnerability that counts" : $"nothing to be done: {found.Length} known without a fix");
    }

    private static PracticeMark Hardened(HardeningResult? hardening)
    {
        if (hardening is null) return new PracticeMark(Practice.Hardened, Core.Plans.Mark.NotJudged, "not judged: configurations were not looked at");
        var applications = hardening.Configurations.Where(configuration => configuration.Application != ImagePosture.Id).Select(configuration => configuration.Application).ToList();
        if (applications.Count == 0) return new PracticeMark(Practice.Hardened, Core.Plans.Mark.NotJudged, "not judged: no rules are known for its application");
        // By rule: one that is not followed at ten places is one thing to decide.
        var broken = hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).Select(finding => finding.Rule).DistinctBy(rule => rule.Id).ToList();
        var grave = broken.Count(rule => rule.Severity >= HardeningSeverity.High);
        var unknown = hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.CannotKnow).DistinctBy(finding => finding.Rule.Id).Count();
        var rest = unknown == 0 ? "" : $"; {unknown} cannot be known";
        if (grave > 0) return new PracticeMark(Practice.Hardened, Core.Plans.Mark.Poor, $"{Recommendations(broken.Count)} not followed, {grave} of them grave{rest}");
        if (broken.Count > 0) return new PracticeMark(Practice.Hardened, Core.Plans.Mark.Fair, $"{Recommendations(broken.Count)} not followed{rest}");
        if (unknown > 0) return new PracticeMark(Practice.Hardened, Core.Plans.Mark.Fair, $"{Recommendations(hardening.Followed.Length)} followed{rest}");
        return new PracticeMark(Practice.Hardened, Core.Plans.Mark.Good, $"{string.Join(", ", applications)}: all {hardening.Followed.Length} recommendations followed");
    }

    /// <summary>By what packages declare, which can accuse but hardly acquit: no mark is good while a package is left of which it is not known.</summary>
    private static PracticeMark Minimal(ScanResult result)
    {
        if (result.Necessity is not { } necessity) return new PracticeMark(Practice.Minimal, Core.Plans.Mark.NotJudged, "not judged: what it needs was not looked at");
        var all = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).Count();
        var unknown = necessity.Unknown.Sum(kind => kind.Count);
        if (unknown == all) return new PracticeMark(Practice.Minimal, Core.Plans.Mark.NotJudged, $"not judged: {(all == 0 ? "no package was found in it" : necessity.Unknown[0].Reason)}");
        var rest = unknown == 0 ? "" : $"; of {unknown} it is not known";
        return necessity.Unneeded.Length > 0
            ? new PracticeMark(Practice.Minimal, Core.Plans.Mark.Fair, $"{necessity.Unneeded.Length} of {all} packages are needed by nothing that starts, as far as packages declare{rest}")
            : unknown > 0
                ? new PracticeMark(Practice.Minimal, Core.Plans.Mark.Fair, $"each of {all - unknown} packages is needed{rest}")
                : new PracticeMark(Practice.Minimal, Core.Plans.Mark.Good, necessity.Essential > 0 ? $"each of {all} packages is needed, {necessity.Essential} of them by the distribution alone" : $"each of {all} packages is needed");
    }

    private static string Recommendations(int count) => count == 1 ? "1 recommendation" : $"{count} recommendations";
}
