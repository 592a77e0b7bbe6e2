using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>The part of the JSON report on vulnerabilities, and on the data by which they were found.</summary>
internal static class JsonVulnerabilities
{
    /// <summary>The list is null when nobody looked, empty when nothing was found.</summary>
    public static void Write(ScanResult result, JsonPage page)
    {
        if (result.Vulnerabilities is { } found)
        {
            page.BeginList("vulnerabilities"u8);
            foreach (var vulnerability in found) Write(vulnerability, page);
            page.EndList();
        }
        else page.Null("vulnerabilities"u8);
        page.List("advisoryData"u8, result.AdvisoryData, data =>
        {
            page.Text("feed"u8, data.Feed);
            page.Text("part"u8, data.Part);
            page.Text("state"u8, Camel(data.State.ToString()));
            page.Text("fetched"u8, Time(data.Fetched));
        });
    }

    private static void Write(Vulnerability one, JsonPage page)
    {
        page.Begin();
        WriteFields(one, page);
        page.End();
    }

    public static void WriteFields(Vulnerability one, JsonPage page)
    {
        page.Text("id"u8, one.Id);
        page.List("aliases"u8, one.Aliases);
        page.Text("package"u8, one.PackageKey);
        page.Text("name"u8, one.PackageName);
        page.Text("version"u8, one.Version);
        page.Text("knownAs"u8, one.KnownAs);
        page.List("fixedVersions"u8, one.FixedVersions);
        page.Text("status"u8, Camel(one.Status.ToString()));
        page.Text("rating"u8, one.Rating is { } rating ? Camel(rating.ToString()) : null);
        WriteSeverities(one, page);
        page.List("weaknesses"u8, one.Weaknesses.Select(Cwe.Name));
        WriteExploited(one.Exploited, page);
        WriteProbability(one.Probability, page);
        page.Text("basis"u8, Camel(one.Basis.ToString()));
        page.Flag("isGuess"u8, one.IsGuess);
        page.List("advisories"u8, one.Advisories, advisory =>
        {
            page.Text("feed"u8, advisory.Feed);
            page.Text("id"u8, advisory.Id);
        });
        page.Text("summary"u8, one.Summary);
        page.Text("published"u8, Time(one.Published));
        page.Text("modified"u8, Time(one.Modified));
        PlanJson.WriteRemark(one.Vex, page);
        PlanJson.WritePriority(one.Priority, page);
    }

    private static void WriteSeverities(Vulnerability one, JsonPage page)
    {
        page.List("severities"u8, one.Severities, severity =>
        {
            page.Text("source"u8, severity.Source);
            page.Text("text"u8, severity.Text);
            WriteScores(severity.Vector, page);
        });
    }

    private static void WriteScores(CvssVector? vector, JsonPage page)
    {
        if (vector is null)
        {
            page.Null("cvss"u8);
            return;
        }
        page.Begin("cvss"u8);
        page.Text("version"u8, vector.Version);
        page.Fraction("baseScore"u8, vector.BaseScore);
        page.Fraction("score"u8, vector.Score);
        page.End();
    }

    private static void WriteExploited(KnownExploited? entry, JsonPage page)
    {
        if (entry is null)
        {
            page.Null("exploited"u8);
            return;
        }
        page.Begin("exploited"u8);
        page.Text("added"u8, Date(entry.Added));
        page.Text("due"u8, Date(entry.Due));
        page.Flag("usedByRansomware"u8, entry.UsedByRansomware);
        page.End();
    }

    private static void WriteProbability(ExploitProbability? probability, JsonPage page)
    {
        if (probability is not { } known)
        {
            page.Null("epss"u8);
            return;
        }
        page.Begin("epss"u8);
        page.Fraction("score"u8, (decimal)known.Score);
        if (known.Percentile is { } percentile) page.Fraction("percentile"u8, (decimal)percentile);
        else page.Null("percentile"u8);
        page.End();
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private static string? Date(DateOnly? date) => date?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
