using System.Text;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>Every field of an advisory as text: records with arrays in them compare by reference.</summary>
internal static class AdvisoryText
{
    public static string Of(Advisory advisory, bool whole = true)
    {
        var text = new StringBuilder();
        text.AppendLine($"{advisory.Feed} {advisory.Id}");
        text.AppendLine($"aliases {List(advisory.Aliases)} upstream {List(advisory.Upstream)} related {List(advisory.Related)}");
        text.AppendLine($"published {advisory.Published:O} modified {advisory.Modified:O} withdrawn {advisory.Withdrawn:O}");
        text.AppendLine($"summary {Quoted(advisory.Summary)}");
        text.AppendLine($"severity {Ratings(advisory.Severities)}");
        if (!advisory.Weaknesses.IsEmpty) text.AppendLine($"weaknesses {string.Join(' ', advisory.Weaknesses.Select(Cwe.Name))}");
        foreach (var package in advisory.Affected)
        {
            text.AppendLine($"affected {Quoted(package.Ecosystem)} {Quoted(package.Name)} {package.Status} {Ratings(package.Severities)}");
            foreach (var range in package.Ranges)
                text.AppendLine($"  {range.Kind} {Quoted(range.Repository)} {string.Join(' ', range.Events.Select(at => $"{at.Kind}:{Quoted(at.Version)}"))}");
            text.AppendLine($"  versions {List(package.Versions)}");
        }
        if (!whole) return text.ToString();
        text.AppendLine($"details {Quoted(advisory.Details)}");
        text.AppendLine($"references {List(advisory.References)}");
        return text.ToString();
    }

    private static string Ratings(IEnumerable<Severity> severities) => string.Join(' ', severities.Select(severity => $"{Quoted(severity.Type)}={Quoted(severity.Score)}"));

    private static string List(IEnumerable<string> texts) => "[" + string.Join(' ', texts.Select(Quoted)) + "]";

    private static string Quoted(string? text) => text is null ? "none" : $"«{text}»";
}
