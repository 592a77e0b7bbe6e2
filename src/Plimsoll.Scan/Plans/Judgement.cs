using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Policies;

namespace Plimsoll.Scan.Plans;

/// <summary>The stage that says what to do first: What is needed -> Order -> Suppress -> Plan -> Mark -> Apply the policy.</summary>
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
        progress?.Begin("deciding what to do first");
        // A scan that is to be an inventory alone does not pay for reading what projects declare.
        if (result.Vulnerabilities is { } found)
        {
            var projects = new NpmProjects(result.Packages, files);
            var reachability = new DeclaredReachability(result, projects);
            result = result with { Necessity = Necessities.Judge(result, reachability) };
            var ordered = Priorities.Order(found, result.Packages, reachability);
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
