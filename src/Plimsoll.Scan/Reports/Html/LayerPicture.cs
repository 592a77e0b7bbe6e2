using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>
/// The image as a hull, the newest layer on top: blocks as wide as the square root of a layer's size tells, the load line
/// between what was added and the base image, and beside each block what in it is vulnerable, unneeded or old.
/// </summary>
internal sealed class LayerPicture
{
    /// <summary>Hundredths of the widest block that an empty layer still has.</summary>
    private const int LeastWidth = 6;

    private readonly ScanResult result;
    private readonly LayerNeeds needs;
    private readonly SeverityCounts[] vulnerable;
    private readonly HashSet<string>[] packages;
    private readonly HashSet<string>[] behind;
    private readonly SortedSet<string>[] ended;

    public LayerPicture(ScanResult result, FindingFacts facts)
    {
        this.result = result;
        needs = new LayerNeeds(result, facts);
        var count = result.Image.Layers.Length;
        vulnerable = Each<SeverityCounts>(count);
        packages = Each<HashSet<string>>(count);
        behind = Each<HashSet<string>>(count);
        ended = Each<SortedSet<string>>(count);
        foreach (var one in result.Vulnerabilities ?? [])
            foreach (var layer in facts.LayersOf(facts.Package(one.PackageKey)))
            {
                vulnerable[layer].Add(one);
                packages[layer].Add(one.PackageKey);
            }
        foreach (var one in result.Freshness?.Packages ?? [])
            if (one.Standing == Standing.Behind && facts.Package(one.Package) is { } package)
                foreach (var layer in facts.LayersOf(package)) behind[layer].Add(one.Package);
        foreach (var one in facts.PastEnd)
            foreach (var layer in facts.LayersOf(one)) ended[layer].Add($"{one.Title} {one.Cycle ?? one.Version}".TrimEnd());
    }

    public void Write(MarkupPage page)
    {
        var layers = result.Image.Layers;
        if (layers.IsEmpty) return;
        page.Open("section").Attribute("class", "layers").Attribute("aria-labelledby", "layers").Line();
        page.Open("h2").Attribute("id", "layers").Text("Layers").Close().Line();
        page.Element("p", "quiet", $"{new Facts(result).Layers}; the newest on top, wider blocks are larger.{(layers.Any(layer => layer.Origin == LayerOrigin.Base) ? " Above the load line is what was added, below it the base image." : "")}{ListedOnce()}").Line();
        needs.WriteMeaning(page);
        var (largest, worst) = (Math.Max(layers.Max(layer => layer.Size), 1), Math.Max(vulnerable.Max(counts => counts.Total), 1));
        page.Open("ol").Attribute("class", "stack").Flag("reversed").Line();
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            if (layers[i].Origin == LayerOrigin.Base && (i == layers.Length - 1 || layers[i + 1].Origin != LayerOrigin.Base)) WriteLine(page);
            Write(layers[i], largest, worst, page);
        }
        page.Close().Close().Line();
    }

    /// <summary>Managers with one list of all packages, which every installation writes again.</summary>
    private string ListedOnce()
    {
        var managers = result.Image.Layers.Length < 2 ? [] : result.Packages.Select(package => package.Purl.Type).Where(type => type is "apk" or "rpm").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return managers.Count == 0 ? "" : $" Packages of {string.Join(" and ", managers)} stand in the layer that last wrote the list of all.";
    }

    private void WriteLine(MarkupPage page)
    {
        page.Open("li").Attribute("class", "line");
        LoadLine.Write("brand", page);
        page.Element("span", $"Base image{(result.Image.Base?.Name is { } name ? $" {name}" : "")}").Close().Line();
    }

    private void Write(Layer layer, long largest, int worst, MarkupPage page)
    {
        var i = layer.Index;
        var width = Math.Max(LeastWidth, (int)(100 * Math.Sqrt((double)layer.Size / largest)));
        page.Open("li").Attribute("class", layer.Origin == LayerOrigin.Base ? "base" : "own").Line();
        page.Open("svg").Attribute("class", "block").Attribute("viewBox", "0 0 200 10").Attribute("preserveAspectRatio", "none").Attribute("aria-hidden", "true")
            .Open("rect").Attribute("x", 100 - width).Attribute("width", 2 * width).Attribute("height", 10).Close().Close();
        page.Open("div").Attribute("class", "about").Element("b", (i + 1).ToString(CultureInfo.InvariantCulture)).Text(" ").Element("span", "quiet", Facts.Size(layer.Size)).Text(" ");
        page.Open("code").Attribute("title", SafeText.OneLine(layer.CreatedBy)).Text(layer.CreatedBy is { Length: > 0 } command ? Command(command) : "no command is recorded").Close().Close().Line();
        page.Open("div").Attribute("class", "load");
        if (vulnerable[i].Total > 0)
        {
            vulnerable[i].WriteBar(worst, "", page);
            page.Open("p").Open("a").Attribute("href", "#findings").Attribute("data-layer", i).Text($"{Facts.Count(vulnerable[i].Total, "finding")} in {Facts.Count(packages[i].Count, "package")}").Close().Element("span", "quiet", $" {vulnerable[i]}").Close();
        }
        else page.Element("p", "quiet", result.Vulnerabilities is null ? "not looked for" : "no known vulnerability");
        if (ended[i].Count > 0 || behind[i].Count > 0)
        {
            page.Open("p");
            foreach (var product in ended[i].Take(3)) page.Element("span", "tag old", $"{product} past its end").Text(" ");
            if (ended[i].Count > 3) page.Element("span", "tag old", $"{Facts.Number(ended[i].Count - 3)} more past their end").Text(" ");
            if (behind[i].Count > 0) page.Element("span", "tag", $"{Facts.Count(behind[i].Count, "package")} behind");
            page.Close();
        }
        needs.Write(i, page);
        page.Close().Close().Line();
    }

    /// <summary>The command without what builders put before and behind it.</summary>
    private static string Command(string text)
    {
        var command = SafeText.OneLine(text);
        foreach (var prefix in (string[])["/bin/sh -c #(nop) ", "RUN /bin/sh -c ", "/bin/sh -c "])
            if (command.StartsWith(prefix, StringComparison.Ordinal)) command = (prefix.Contains("nop", StringComparison.Ordinal) ? "" : "RUN ") + command[prefix.Length..].TrimStart();
        return command.Replace(" # buildkit", "", StringComparison.Ordinal);
    }

    private static T[] Each<T>(int count) where T : new() => [.. Enumerable.Range(0, count).Select(_ => new T())];
}
