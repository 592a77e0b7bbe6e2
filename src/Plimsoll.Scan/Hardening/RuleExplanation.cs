using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Hardening;

/// <summary>All that the file of one hardening rule says. Sentences are wrapped; what is to be copied stays in one piece.</summary>
public static class RuleExplanation
{
    /// <param name="examples">Configurations that follow the rule, and that do not.</param>
    public static void Write(HardeningRule rule, (ImmutableArray<string> Good, ImmutableArray<string> Bad) examples, ReportContext context, Stream to)
    {
        using var page = new TextPage(to, context);
        Text(0, $"{rule.Id}: {rule.Title}");
        page.Blank();
        Row("severity", rule.Severity.ToString().ToLowerInvariant());
        Row("versions", rule.Versions);
        Row("scope", rule.Scope);
        Row("when", rule.When);
        Row("condition", rule.Condition);
        Row("unless", rule.Unless);
        Row("source", $"{rule.Source.Title}, read {rule.Source.Read.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        page.Whole(TextPage.LabelWidth, rule.Source.Url);
        page.Blank();
        foreach (var line in rule.Why.Split('\n')) Text(0, line);
        page.Blank();
        Text(0, rule.RemedyIn is { } block ? $"Write in `{block}`:" : "Write:");
        Lines(rule.Remedy);
        Text(0, rule.Writing != RemedyWriting.ByHand ? "`plimsoll harden --write` can do it." : rule.ByHand is { } reason ? $"By hand: {reason}." : "By hand.");
        Examples("Follows:", examples.Good);
        Examples("Does not follow:", examples.Bad);

        void Text(int indent, string text) => page.Text(indent, text, mostLines: int.MaxValue);

        void Row(string label, string? text)
        {
            if (text is not null) page.Row(label, text, mostLines: int.MaxValue);
        }

        void Lines(string text)
        {
            foreach (var line in text.Split('\n')) page.Whole(2, line);
        }

        void Examples(string heading, ImmutableArray<string> all)
        {
            foreach (var example in all)
            {
                page.Blank();
                Text(0, heading);
                Lines(example);
            }
        }
    }
}
