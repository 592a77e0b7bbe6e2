using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>The parts of the JSON report on what to do: priorities, plan, suppressions, policy, practices.</summary>
internal static class PlanJson
{
    public static void Write(ScanResult result, JsonPage page)
    {
        WriteSuppressed(result.Suppressed, page);
        WritePlan(result.Plan, page);
        WriteNecessity(result.Necessity, page);
        WritePolicy(result.Policy, page);
        page.List("practices"u8, result.Practices, practice =>
        {
            page.Text("practice"u8, practice.Id);
            page.Text("mark"u8, Camel(practice.Mark.ToString()));
            page.Text("sentence"u8, practice.Sentence);
        });
    }

    private static void WriteNecessity(Necessity? necessity, JsonPage page)
    {
        if (necessity is null)
        {
            page.Null("necessity"u8);
            return;
        }
        page.Begin("necessity"u8);
        page.List("unneeded"u8, necessity.Unneeded);
        page.Number("essential"u8, necessity.Essential);
        page.List("unknown"u8, necessity.Unknown, kind =>
        {
            page.Text("type"u8, kind.Type);
            page.Number("count"u8, kind.Count);
            page.Text("reason"u8, kind.Reason);
        });
        page.End();
    }

    public static void WritePriority(Priority? priority, JsonPage page)
    {
        if (priority is null)
        {
            page.Null("priority"u8);
            return;
        }
        page.Begin("priority"u8);
        page.Number("rank"u8, priority.Rank);
        page.Flag("isExploited"u8, priority.IsExploited);
        page.Flag("isLikely"u8, priority.IsLikely);
        page.Flag("hasFix"u8, priority.HasFix);
        page.Text("reach"u8, Camel(priority.Reach.ToString()));
        page.Text("reachReason"u8, priority.ReachReason);
        page.Text("layer"u8, Facts.Origins(priority.Origin));
        page.End();
    }

    public static void WriteRemark(VexRemark? remark, JsonPage page)
    {
        if (remark is null)
        {
            page.Null("vex"u8);
            return;
        }
        page.Begin("vex"u8);
        page.Text("status"u8, Camel(remark.Status.ToString()));
        page.Text("file"u8, remark.File);
        page.Text("statement"u8, remark.Statement);
        page.Text("text"u8, remark.Text);
        page.End();
    }

    private static void WriteSuppressed(ImmutableArray<SuppressedVulnerability> all, JsonPage page)
    {
        page.List("suppressed"u8, all, suppressed =>
        {
            page.List("by"u8, suppressed.By, by =>
            {
                page.Text("source"u8, Camel(by.Source.ToString()));
                page.Text("file"u8, by.File);
                page.Text("statement"u8, by.Statement);
                page.Text("reason"u8, by.Reason);
                page.Text("expires"u8, by.Expires?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                page.Text("status"u8, by.Status is { } status ? Camel(status.ToString()) : null);
                page.Text("justification"u8, by.Justification);
            });
            page.Begin("vulnerability"u8);
            JsonVulnerabilities.WriteFields(suppressed.Finding, page);
            page.End();
        });
    }

    private static void WritePlan(Plan? plan, JsonPage page)
    {
        if (plan is null)
        {
            page.Null("plan"u8);
            return;
        }
        page.Begin("plan"u8);
        page.Number("fixable"u8, plan.Fixable);
        page.BeginList("actions"u8);
        foreach (var action in plan.Actions) WriteAction(action, page);
        page.EndList();
        WriteFindings("unfixed"u8, plan.Unfixed, page);
        page.End();
    }

    private static void WriteAction(PlanAction action, JsonPage page)
    {
        page.Begin();
        page.Number("rank"u8, action.Rank);
        page.Text("kind"u8, Camel(action.Kind.ToString()));
        page.Text("title"u8, action.Title);
        page.Text("manager"u8, action.Manager);
        page.Text("command"u8, action.Command);
        page.Text("dockerfileLine"u8, action.DockerfileLine);
        page.List("changes"u8, action.Changes, change =>
        {
            page.Text("package"u8, change.PackageKey);
            page.Text("name"u8, change.Name);
            page.Text("from"u8, change.From);
            page.Text("to"u8, change.To);
            page.List("broughtBy"u8, change.BroughtBy);
        });
        WriteFindings("fixes"u8, action.Fixes, page);
        page.Number("exploitedCount"u8, action.ExploitedCount);
        page.Text("why"u8, action.Why);
        page.List("notes"u8, action.Notes);
        page.End();
    }

    private static void WritePolicy(PolicyResult? policy, JsonPage page)
    {
        if (policy is null)
        {
            page.Null("policy"u8);
            return;
        }
        page.Begin("policy"u8);
        page.Text("source"u8, policy.Source);
        page.Flag("isViolated"u8, policy.IsViolated);
        page.List("verdicts"u8, policy.Verdicts, verdict =>
        {
            page.Text("condition"u8, verdict.Condition);
            page.Text("title"u8, verdict.Title);
            page.Flag("isViolated"u8, verdict.IsViolated);
            page.Text("sentence"u8, verdict.Sentence);
            WriteFindings("findings"u8, verdict.Findings, page);
            page.List("subjects"u8, verdict.Subjects);
        });
        page.End();
    }

    private static void WriteFindings(ReadOnlySpan<byte> name, ImmutableArray<FindingKey> findings, JsonPage page)
    {
        page.List(name, findings, finding =>
        {
            page.Text("vulnerability"u8, finding.Vulnerability);
            page.Text("package"u8, finding.Package);
        });
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
