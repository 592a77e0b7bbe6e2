using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Policies;

/// <summary>Holds a result against the conditions of a policy.</summary>
internal static class PolicyJudge
{
    public const string Unit = "policy";

    public static ScanResult Apply(ScanResult result, ScanRequest request)
    {
        if (request.Policy is not { } policy) return result;
        var problems = new ProblemLog(Unit);
        if (policy.Fail.AsksForFindings && result.Vulnerabilities is null)
            problems.Report(ProblemKind.DataMissing, policy.Source, "its conditions on findings cannot be judged, since nobody looked for vulnerabilities: scan without `--no-vulnerabilities`");
        if (policy.Fail.EndOfLife && result.Support?.AsOf is null)
            problems.Report(ProblemKind.DataMissing, policy.Source, "whether anything is past its end of life cannot be judged, since there are no lifecycle data: `plimsoll db update --ecosystems endoflife` fetches them");
        ImmutableArray<PolicyVerdict> verdicts = [.. Conditions(policy.Fail, result, request.Now), .. Expired(policy, result, DateOnly.FromDateTime(request.Now.UtcDateTime))];
        return result with
        {
            Policy = new PolicyResult { Source = policy.Source, Verdicts = verdicts },
            Problems = [.. result.Problems.Concat(problems.All()).Order()],
            Notes = policy.WasFound ? [.. result.Notes, $"the policy {policy.Source} of the working folder applies"] : result.Notes,
        };
    }

    private static IEnumerable<PolicyVerdict> Conditions(FailConditions fail, ScanResult result, DateTimeOffset now)
    {
        var found = result.Vulnerabilities ?? [];
        var fixable = fail.FixableOnly ? " that has a fix" : "";
        if (fail.Severity is { } rating)
            yield return OnFindings("severity", $"no finding of {(rating == CvssRating.Critical ? "critical severity" : $"{Word(rating)} severity or worse")}{fixable}", one => IsAtLeast(one.Rating, rating));
        if (fail.Exploited) yield return OnFindings("kev", $"no finding that is exploited in the wild{(fixable.Length > 0 ? " and has a fix" : "")}", one => one.Exploited is not null);
        if (fail.Probability is { } probability)
            yield return OnFindings("epss", $"no finding with an EPSS of {probability.ToString("0.####", CultureInfo.InvariantCulture)} or more{fixable}", one => one.Probability?.Score >= probability);
        if (fail.Age is { } days)
            yield return OnFindings("age", $"no finding that has been published for {days} days or more{fixable}", one => (one.Published ?? one.Modified) is { } published && now - published >= TimeSpan.FromDays(days));
        if (fail is { FixableOnly: true, AsksForFindings: false, EndOfLife: false }) yield return OnFindings("fixable", "no finding that has a fix", _ => true);
        if (fail.EndOfLife) yield return OnSupport(result.Support);

        PolicyVerdict OnFindings(string condition, string title, Func<Vulnerability, bool> violates)
        {
            ImmutableArray<FindingKey> findings = [.. found.Where(one => (!fail.FixableOnly || !one.FixedVersions.IsEmpty) && violates(one)).Select(one => one.Key)];
            var named = string.Join(", ", findings.Select(finding => finding.Vulnerability).Distinct(StringComparer.Ordinal).Take(3));
            return new PolicyVerdict(condition, title, !findings.IsEmpty)
            {
                Sentence = result.Vulnerabilities is null ? "Not judged: nobody looked for vulnerabilities." : findings.IsEmpty ? "No finding violates it." : $"{findings.Length} {(findings.Length == 1 ? "finding violates" : "findings violate")} it: {named}{(findings.Select(finding => finding.Vulnerability).Distinct(StringComparer.Ordinal).Count() > 3 ? ", …" : "")}.",
                Findings = findings,
            };
        }
    }

    /// <summary>What nobody has rated may be anything, so it is more than low.</summary>
    private static bool IsAtLeast(CvssRating? rating, CvssRating least) => rating is { } known ? known >= least : least <= CvssRating.Low;

    private static PolicyVerdict OnSupport(Support? support)
    {
        ImmutableArray<string> ended = [.. (support?.Findings ?? []).Where(finding => finding.IsPastEnd).Select(finding => $"{finding.Title} {finding.Cycle ?? finding.Version}".TrimEnd()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new PolicyVerdict("end-of-life", "nothing past its end of life", !ended.IsEmpty)
        {
            Sentence = support?.AsOf is null ? "Not judged: there are no lifecycle data." : ended.IsEmpty ? "Nothing is past its end of life." : $"Past the end of life: {string.Join(", ", ended)}.",
            Subjects = ended,
        };
    }

    private static IEnumerable<PolicyVerdict> Expired(Policy policy, ScanResult result, DateOnly today)
    {
        foreach (var ignore in policy.Ignores)
        {
            if (!ignore.HasExpired(today) || !Suppressing.IsFor(ignore, result.Image)) continue;
            var what = string.Join(" in ", new[] { ignore.Vulnerability, ignore.Package, ignore.Path }.OfType<string>());
            yield return new PolicyVerdict("expired-ignore", "no ignore past its date", IsViolated: true)
            {
                Sentence = string.Create(CultureInfo.InvariantCulture, $"The ignore of {what} in line {ignore.Line} ended on {ignore.Expires:yyyy-MM-dd}; its reason was: {ignore.Reason}"),
                Subjects = [what],
            };
        }
    }

    private static string Word(CvssRating rating) => rating.ToString().ToLowerInvariant();
}
