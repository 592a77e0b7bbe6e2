using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Sarif;

/// <summary>
/// Findings as results. The place of one is the file that shows its package, by its path in the image: the repository of
/// whoever reads it has no such file, so the line is the first and the layer stands in the message.
/// </summary>
internal sealed class Results(FindingFacts facts, Rules rules, bool hasSuppressions)
{
    private readonly Dictionary<string, int> seen = new(StringComparer.Ordinal);

    public void Write(SupportFinding one, JsonPage page)
    {
        page.Begin();
        page.Text("ruleId"u8, Rules.EndOfLife);
        page.Number("ruleIndex"u8, 0);
        page.Text("level"u8, "warning"u8);
        WriteMessage(SupportFacts.Sentence(one) + ".", page);
        var places = facts.Places(one);
        WriteLocations(places, one.Title, null, page);
        WriteFingerprint(Rules.EndOfLife, $"{one.Product} {one.Cycle ?? one.Version}", places, page);
        WriteSuppressions([], page);
        page.End();
    }

    public void Write(Vulnerability one, ImmutableArray<Suppression> suppressions, JsonPage page)
    {
        var places = facts.Places(one);
        page.Begin();
        page.Text("ruleId"u8, one.Id);
        page.Number("ruleIndex"u8, rules.IndexOf(one));
        page.Text("level"u8, Rules.Level(one.Rating));
        WriteMessage(Message(one, places), page);
        WriteLocations(places, one.PackageName, one.PackageKey, page);
        var package = facts.Package(one.PackageKey);
        // Neither the version nor the layer: a finding that outlives an update of its package is the same one.
        WriteFingerprint(one.Id, package is null ? one.PackageKey : $"{package.Purl.Type} {package.Name} {package.Architecture}", places, page);
        WriteSuppressions(suppressions, page);
        WriteProperties(one, suppressions.IsEmpty, page);
        page.End();
    }

    private string Message(Vulnerability one, ImmutableArray<Location> places)
    {
        var summary = one.Summary is { Length: > 0 } text ? $": {text.TrimEnd('.')}" : "";
        var where = places.IsEmpty ? "" : $" In {places[0].Path}{(facts.LayerOf(places[0]) is { } layer ? $", {layer.Name}" : "")}.";
        var more = places.Length > UploadLimits.Locations ? $" And in {places.Length - UploadLimits.Locations} more places." : "";
        var doubt = string.Concat(new[] { FindingFacts.Stated(one), FindingFacts.Doubt(one) }.OfType<string>().Select(sentence => " " + sentence));
        return $"{FindingFacts.Subject(one)} has {one.Id} ({VulnerabilityFacts.Severity(one)}){summary}. {FindingFacts.Remedy(one)}{string.Concat(FindingFacts.Exploitation(one).Select(said => " " + said))}{where}{more}{doubt}";
    }

    private static void WriteMessage(string text, JsonPage page)
    {
        page.Begin("message"u8);
        page.Text("text"u8, SarifText.Message(text));
        page.End();
    }

    /// <summary>Code scanning demands a place; what nothing shows is in the image as a whole.</summary>
    private void WriteLocations(ImmutableArray<Location> places, string name, string? key, JsonPage page)
    {
        page.BeginList("locations"u8);
        foreach (var place in places.IsEmpty ? [new Location("")] : places.Take(UploadLimits.Locations))
        {
            page.Begin();
            page.Begin("physicalLocation"u8);
            page.Begin("artifactLocation"u8);
            page.Text("uri"u8, SarifText.Uri(place.Path));
            page.End();
            page.Begin("region"u8);
            page.Number("startLine"u8, 1);
            page.Number("startColumn"u8, 1);
            page.Number("endLine"u8, 1);
            page.Number("endColumn"u8, 1);
            page.End();
            page.End();
            page.BeginList("logicalLocations"u8);
            page.Begin();
            page.Text("name"u8, name);
            if (key is not null) page.Text("fullyQualifiedName"u8, key);
            page.Text("kind"u8, "module"u8);
            page.End();
            page.EndList();
            if (facts.LayerOf(place) is { } layer) WriteMessage($"{place} in {layer.Name}", page);
            page.End();
        }
        page.EndList();
    }

    /// <summary>Equal ones are counted, as code scanning counts equal lines.</summary>
    private void WriteFingerprint(string rule, string subject, ImmutableArray<Location> places, JsonPage page)
    {
        var print = SarifText.Fingerprint(rule, subject, places.IsEmpty ? "" : places[0].Path);
        var count = seen[print] = seen.GetValueOrDefault(print) + 1;
        page.Begin("partialFingerprints"u8);
        page.Text("primaryLocationLineHash"u8, $"{print}:{count.ToString(CultureInfo.InvariantCulture)}");
        page.End();
    }

    /// <summary>If one result has the list all must (section 3.27.23); an empty one says that it is not suppressed.</summary>
    private void WriteSuppressions(ImmutableArray<Suppression> suppressions, JsonPage page)
    {
        if (!hasSuppressions) return;
        page.BeginList("suppressions"u8);
        foreach (var by in suppressions)
        {
            page.Begin();
            page.Text("kind"u8, "external"u8);
            page.Text("status"u8, "accepted"u8);
            page.Text("justification"u8, SafeText.OneLine(PlanFacts.Describe(by)));
            page.End();
        }
        page.EndList();
    }

    private void WriteProperties(Vulnerability one, bool counts, JsonPage page)
    {
        page.Begin("properties"u8);
        page.Text("purl"u8, one.PackageKey);
        page.Text("installedVersion"u8, one.Version);
        page.List("fixedVersions"u8, one.FixedVersions);
        if (counts && one.Priority is { } priority) page.Number("rank"u8, priority.Rank);
        if (one.Probability is { } probability) page.Fraction("epss"u8, (decimal)probability.Score);
        page.Flag("exploited"u8, one.Exploited is not null);
        page.Flag("violatesPolicy"u8, counts && facts.HasConditions && facts.Fails(one));
        page.End();
    }
}
