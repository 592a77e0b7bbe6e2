using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Policies;

namespace Plimsoll.Scan.Plans;

/// <summary>The stage that says what to do first: Order -> Suppress -> Plan -> Mark -> Apply the policy.</summary>
internal static class Judgement
{
    public const string Unit = "judge";

    /// <param name="files">Null for a bill of materials, which has none.</param>
    public static ScanResult Judge(ScanResult result, ImageFiles? files, ScanRequest request, ScanProgress? progress)
    {
        try
        {
            return Decide(result, files, request, progress);
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            var problem = new Problem(ProblemKind.Crashed, Unit, "", $"it failed, which is a bug of Plimsoll, so there is no plan and no policy was applied: {crash.GetType().Name}: {crash.Message}");
            return result with { Problems = [.. result.Problems.Append(problem).Order()] };
        }
    }

    private static ScanResult Decide(ScanResult result, ImageFiles? files, ScanRequest request, ScanProgress? progress)
    {
        if (result.Vulnerabilities is { } found)
        {
            progress?.Begin("deciding what to do first");
            var projects = new NpmProjects(found.IsEmpty ? [] : result.Packages, files);
            var ordered = found.IsEmpty ? found : Priorities.Order(found, result.Packages, new DeclaredReachability(result, projects));
            result = Suppressing.Suppress(result with { Vulnerabilities = ordered }, request);
            result = result with { Vulnerabilities = Ranked(result.Vulnerabilities!.Value) };
            result = result with { Plan = Planner.Make(result, projects) };
        }
        result = result with { Practices = Practices.Mark(result) };
        return PolicyJudge.Apply(result, request);
    }

    /// <summary>Without gaps where suppressed findings stood.</summary>
    private static ImmutableArray<Vulnerability> Ranked(ImmutableArray<Vulnerability> found) =>
        [.. found.Select((one, index) => one with { Priority = one.Priority! with { Rank = index + 1 } })];
}
