using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>The page: head, sections in the order in which a team asks, foot.</summary>
internal sealed class HtmlDocument(ScanResult result, ReportContext context)
{
    private readonly Facts facts = new(result);

    public void Write(Stream to)
    {
        using var page = MarkupPage.Html(to);
        var (style, script) = (PageAsset.Style(), PageAsset.Script());
        page.Open("html").Attribute("lang", "en").Line();
        WriteHead(style, script, page);
        page.Open("body").Line();
        WriteTop(page);
        page.Open("main").Attribute("id", "main").Line();
        var findings = new FindingFacts(result);
        new Overview(result, facts).Write(page);
        new PracticeMarks(result).Write(page);
        new PlanSection(result).Write(page);
        new LayerPicture(result, findings).Write(page);
        new FindingTable(result, findings).Write(page);
        new HardeningSection(result).Write(page);
        new AgeSection(result).Write(page);
        new Notices(result, facts).Write(page);
        page.Close().Line();
        WriteFoot(page);
        page.Open("script").Asset(script).Close().Line();
        page.Close().Line();
        page.Close().Line();
    }

    /// <summary>The policy lets in the page's own style sheet and script by their hashes, and nothing else from anywhere.</summary>
    private void WriteHead(PageAsset style, PageAsset script, MarkupPage page)
    {
        page.Open("head").Line();
        page.Open("meta").Attribute("charset", "utf-8").Void().Line();
        page.Open("meta").Attribute("http-equiv", "Content-Security-Policy")
            .Attribute("content", $"default-src 'none'; style-src {style.Hash}; script-src {script.Hash}; base-uri 'none'; form-action 'none'").Void().Line();
        page.Open("meta").Attribute("name", "viewport").Attribute("content", "width=device-width, initial-scale=1").Void().Line();
        page.Open("meta").Attribute("name", "color-scheme").Attribute("content", "light dark").Void().Line();
        page.Open("meta").Attribute("name", "referrer").Attribute("content", "no-referrer").Void().Line();
        page.Open("meta").Attribute("name", "generator").Attribute("content", $"plimsoll {context.ToolVersion}").Void().Line();
        page.Element("title", $"{result.Image.Reference} · Plimsoll").Line();
        page.Open("style").Asset(style).Close().Line();
        page.Close().Line();
    }

    private void WriteTop(MarkupPage page)
    {
        page.Open("a").Attribute("class", "skip").Attribute("href", "#main").Text("Skip to the content").Close().Line();
        page.Open("header").Attribute("class", "top").Line();
        page.Open("p").Attribute("class", "brand");
        LoadLine.Write("brand", page);
        page.Text("Plimsoll").Close().Line();
        page.Open("nav").Attribute("aria-label", "Sections").Open("ul");
        foreach (var (id, title) in Sections()) page.Open("li").Open("a").Attribute("href", $"#{id}").Text(title).Close().Close();
        page.Close().Close().Line();
        page.Open("fieldset").Attribute("class", "theme").Element("legend", "hidden", "Colours");
        foreach (var theme in (string[])["auto", "light", "dark"])
        {
            page.Open("input").Attribute("type", "radio").Attribute("name", "theme").Attribute("id", $"theme-{theme}").Flag("checked", theme == "auto").Void();
            page.Open("label").Attribute("for", $"theme-{theme}").Text(theme).Close();
        }
        page.Close().Line();
        page.Close().Line();
    }

    private IEnumerable<(string Id, string Title)> Sections()
    {
        if (result.Plan is not null) yield return ("plan", "Plan");
        if (!result.Image.Layers.IsEmpty) yield return ("layers", "Layers");
        if (result.Vulnerabilities is not null) yield return ("findings", "Findings");
        if (result.Hardening is not null) yield return ("hardening", "Hardening");
        if (result.Support is not null || result.Freshness is not null) yield return ("age", "Age");
        if (!result.Problems.IsEmpty) yield return ("unread", "Not read");
    }

    private void WriteFoot(MarkupPage page)
    {
        page.Open("footer").Line();
        if (VulnerabilityFacts.Data(result) is { } data) page.Open("p").Text($"Advisories: {data}.").Close().Line();
        page.Open("p").Text($"Written by plimsoll {context.ToolVersion}{(context.Timestamp is { } time ? $" at {time.Replace('T', ' ').TrimEnd('Z')} UTC" : "")}. {facts.Verdict}").Close().Line();
        page.Close().Line();
    }
}
