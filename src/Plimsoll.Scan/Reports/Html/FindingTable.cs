using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>Every finding, a row each, with all that is known folded into its last cell. The filter above it needs the script and is hidden without.</summary>
internal sealed class FindingTable(ScanResult result, FindingFacts facts)
{
    /// <summary>Rows of the page; a browser takes many more, a reader does not.</summary>
    private const int MostRows = 10_000;

    /// <summary>Characters of a summary in its row, and columns of any other value.</summary>
    private const int LongestSummary = 400;
    private const int Longest = 120;

    private const int MostPlaces = 5;
    private const int MostNames = 8;

    public static string Anchor(int index) => $"f{(index + 1).ToString(CultureInfo.InvariantCulture)}";

    public void Write(MarkupPage page)
    {
        if (result.Vulnerabilities is not { } found) return;
        page.Open("section").Attribute("class", "findings").Attribute("aria-labelledby", "findings").Line();
        page.Open("h2").Attribute("id", "findings").Text("Findings").Close().Line();
        if (found.IsEmpty && result.Suppressed.IsEmpty) page.Element("p", $"Known vulnerabilities: {VulnerabilityFacts.Counts(result)}.").Close().Line();
        else
        {
            page.Element("p", "quiet", "In the order in which they matter: exploited, likely to be, severity, fixable, reached by the application's start.").Line();
            WriteFilter(found, page);
            WriteTable(page);
            page.Close().Line();
        }
    }

    private void WriteFilter(ImmutableArray<Vulnerability> found, MarkupPage page)
    {
        page.Open("form").Attribute("id", "filter").Attribute("role", "search").Attribute("aria-label", "Filter the findings").Flag("hidden").Line();
        page.Open("p").Open("label").Attribute("for", "q").Text("Search").Close().Open("input").Attribute("id", "q").Attribute("type", "search").Attribute("placeholder", "package, CVE, file, words").Attribute("autocomplete", "off").Void();
        if (result.Image.Layers.Length > 1)
        {
            page.Open("label").Attribute("for", "layer").Text("Layer").Close().Open("select").Attribute("id", "layer").Open("option").Attribute("value", "").Text("all").Close();
            foreach (var layer in result.Image.Layers) page.Open("option").Attribute("value", layer.Index).Text((layer.Index + 1).ToString(CultureInfo.InvariantCulture)).Close();
            page.Close();
        }
        page.Close().Line();
        var counts = SeverityCounts.Of(found);
        page.Open("fieldset").Element("legend", "hidden", "Severity");
        foreach (var kind in SeverityCounts.All)
            if (counts[kind] > 0) Choice(kind.Class, "sev", isChecked: true, $"{kind.Name} {Facts.Number(counts[kind])}", page);
        page.Close().Line();
        page.Open("fieldset").Element("legend", "hidden", "Only those that are");
        Only("x", "exploited", found.Count(one => one.Exploited is not null), page);
        Only("f", "fixable", found.Count(one => !one.FixedVersions.IsEmpty), page);
        if (facts.HasConditions) Only("v", "against the policy", found.Count(facts.Fails), page);
        if (!result.Suppressed.IsEmpty) Choice("s", "show", isChecked: false, $"and suppressed {Facts.Number(result.Suppressed.Length)}", page);
        page.Close().Line();
        page.Open("p").Attribute("id", "shown").Attribute("role", "status").Close().Line();
        page.Close().Line();
    }

    private static void Only(string value, string what, int count, MarkupPage page)
    {
        if (count > 0) Choice(value, "only", isChecked: false, $"{what} {Facts.Number(count)}", page);
    }

    private static void Choice(string value, string group, bool isChecked, string label, MarkupPage page)
    {
        page.Open("input").Attribute("type", "checkbox").Attribute("id", $"{group}-{value}").Attribute("name", group).Attribute("value", value).Flag("checked", isChecked).Void();
        page.Open("label").Attribute("for", $"{group}-{value}").Attribute("class", value).Text(label).Close();
    }

    private void WriteTable(MarkupPage page)
    {
        page.Open("table").Attribute("id", "rows").Element("caption", "hidden", "Known vulnerabilities, the most important first").Line();
        page.Open("thead").Open("tr");
        foreach (var head in (string[])["Severity", "Vulnerability", "Package", "Installed", "Fixed in", "Layer", "What it is"]) page.Open("th").Attribute("scope", "col").Text(head).Close();
        page.Close().Close().Line();
        page.Open("tbody").Line();
        var index = 0;
        foreach (var (one, suppressions) in facts.All.Take(MostRows)) WriteRow(index++, one, suppressions, page);
        page.Close().Close().Line();
        var all = facts.All.Count();
        if (all > MostRows) page.Element("p", "quiet", $"{Facts.Number(all - MostRows)} more findings of the lowest priority are not on this page; every other format has them.").Line();
    }

    private void WriteRow(int index, Vulnerability one, ImmutableArray<Suppression> suppressions, MarkupPage page)
    {
        var kind = SeverityCounts.Kind(one.Rating);
        var places = facts.Places(one);
        var layers = facts.LayersOf(facts.Package(one.PackageKey)).ToList();
        var isSuppressed = !suppressions.IsEmpty;
        var classes = kind.Class + (one.Exploited is null ? "" : " x") + (one.FixedVersions.IsEmpty ? "" : " f") + (isSuppressed ? " s" : facts.HasConditions && facts.Fails(one) ? " v" : "");
        page.Open("tr").Attribute("id", Anchor(index)).Attribute("class", classes);
        if (layers.Count > 0) page.Attribute("data-l", string.Join(' ', layers));
        page.Open("td").Element("b", kind.Name);
        if (one.HighestScore > 0) page.Text(" ").Element("span", one.HighestScore.ToString("0.0", CultureInfo.InvariantCulture));
        page.Close();
        page.Open("td").Element("code", Short(one.Id));
        if (one.Exploited is not null) page.Text(" ").Element("span", "tag", "exploited");
        if (isSuppressed) page.Text(" ").Element("span", "tag off", "suppressed");
        if (one.Vex is not null) page.Text(" ").Element("span", "tag off", "VEX");
        page.Close();
        page.Open("td").Text(Short(one.PackageName)).Close();
        page.Open("td").Element("code", Short(VulnerabilityFacts.Installed(one))).Close();
        page.Open("td");
        if (one.FixedVersions.IsEmpty) page.Element("span", "quiet", VulnerabilityFacts.Fix(one));
        else page.Element("code", Short(VulnerabilityFacts.Fix(one)));
        page.Close();
        page.Open("td").Text(string.Join(", ", layers.Take(MostPlaces).Select(layer => layer + 1))).Close();
        page.Open("td").Open("details").Open("summary").Element("span", one.Summary is { Length: > 0 } summary ? SafeText.CutEnd(SafeText.OneLine(summary), LongestSummary) : "Details").Close();
        WriteDetails(one, suppressions, places, page);
        page.Close().Close().Close().Line();
    }

    private void WriteDetails(Vulnerability one, ImmutableArray<Suppression> suppressions, ImmutableArray<Location> places, MarkupPage page)
    {
        foreach (var by in suppressions) page.Open("p").Element("b", "Suppressed").Text($": {PlanFacts.Describe(by)}").Close();
        if (one.Vex is { } remark) page.Open("p").Element("b", "VEX").Text($": {PlanFacts.Describe(remark)}").Close();
        foreach (var sentence in FindingFacts.Exploitation(one)) page.Element("p", sentence);
        page.Element("p", $"{FindingFacts.Remedy(one)}{(suppressions.IsEmpty && one.Priority is { } priority ? $" Place {Facts.Number(priority.Rank)} in the order; {priority.ReachReason}." : "")}");
        if (FindingFacts.Doubt(one) is { } doubt) page.Element("p", doubt);
        foreach (var severity in one.Severities.Take(MostNames))
            page.Open("p").Text($"{Short(severity.Source)} ").Element("code", severity.Vector is { } vector ? $"{vector.Score.ToString("0.0", CultureInfo.InvariantCulture)} {vector.Text}" : Short(severity.Text)).Close();
        if (!one.Weaknesses.IsEmpty)
        {
            page.Open("p").Text("Weakness");
            foreach (var number in one.Weaknesses.Take(MostNames)) page.Text(" ").Open("a").Attribute("href", Cwe.Page(number)).Attribute("rel", "noreferrer").Text(Cwe.Name(number)).Close();
            page.Close();
        }
        foreach (var place in places.Take(MostPlaces)) page.Open("p").Element("code", Short(place.ToString())).Text(facts.LayerOf(place) is { } layer ? $" in {layer.Name}" : "").Close();
        if (places.Length > MostPlaces) page.Element("p", $"and {Facts.Number(places.Length - MostPlaces)} more places");
        page.Open("p");
        foreach (var name in one.Aliases.Prepend(one.Id).Concat(one.Advisories.Select(advisory => advisory.Id)).Distinct(StringComparer.Ordinal).Take(MostNames)) WriteName(name, page);
        page.Close();
    }

    private static void WriteName(string name, MarkupPage page)
    {
        if (AdvisoryLinks.Page(name) is { } address) page.Open("a").Attribute("href", address).Attribute("rel", "noreferrer").Text(Short(name)).Close().Text(" ");
        else page.Text($"{Short(name)} ");
    }

    private static string Short(string text) => SafeText.CutEnd(SafeText.OneLine(text), Longest);
}
