using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>What in each layer nothing that starts needs, what that is known from, and of what it cannot be known.</summary>
internal sealed class LayerNeeds
{
    /// <summary>Names listed of one layer: a desktop's libraries are some hundred, and nobody reads more.</summary>
    private const int MostNames = 200;

    private readonly ScanResult result;
    private readonly ILookup<int, string> names;

    public LayerNeeds(ScanResult result, FindingFacts facts)
    {
        this.result = result;
        names = (result.Necessity?.Unneeded ?? []).Select(facts.Package).OfType<Core.Packages.Package>()
            .SelectMany(package => facts.LayersOf(package).Select(layer => (layer, package.Name)))
            .Distinct().ToLookup(one => one.layer, one => one.Name);
    }

    public void WriteMeaning(MarkupPage page)
    {
        var sentences = string.Join(' ', Meaning());
        if (sentences.Length > 0) page.Element("p", "quiet", sentences).Line();
    }

    public void Write(int layer, MarkupPage page)
    {
        var unneeded = names[layer].ToList();
        if (unneeded.Count == 0) return;
        page.Open("details").Open("summary").Element("span", "tag", $"{Facts.Count(unneeded.Count, "package")} unneeded").Close();
        page.Open("p").Attribute("class", "quiet").Text(string.Join(", ", unneeded.Take(MostNames).Select(SafeText.OneLine)));
        if (unneeded.Count > MostNames) page.Text($" and {Facts.Number(unneeded.Count - MostNames)} more");
        page.Close().Close();
    }

    private IEnumerable<string> Meaning()
    {
        if (result.Necessity is not { } necessity)
        {
            yield return "Which packages are needed was not judged.";
            yield break;
        }
        var applications = string.Join(" and ", result.Applications.Select(application => SafeText.OneLine(application.Name)));
        if (!necessity.Unneeded.IsEmpty)
            yield return $"Unneeded is what nothing leads to from {applications} by what packages declare to need ({Facts.Count(necessity.Unneeded.Length, "package")}). What a script calls or a program loads without declaring it is not seen: look before you remove.";
        if (necessity.Essential > 0)
            yield return $"{Facts.Count(necessity.Essential, "more package")} {(necessity.Essential == 1 ? "is" : "are")} of what the distribution calls essential and what that needs.";
        foreach (var unknown in necessity.Unknown) yield return $"Whether {Described(unknown)} needed is {SafeText.OneLine(unknown.Reason)}.";
    }

    private static string Described(UnknownNeed unknown) => $"{Facts.Number(unknown.Count)} {SafeText.OneLine(unknown.Type)} {(unknown.Count == 1 ? "package is" : "packages are")}";
}
