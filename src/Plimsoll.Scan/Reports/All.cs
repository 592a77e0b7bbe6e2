namespace Plimsoll.Scan.Reports;

/// <summary>Every report; the first is the default.</summary>
public static class All
{
    public static readonly IReadOnlyList<IReport> Reports =
    [
        new TableReport(),
        new JsonReport(),
        new CycloneDxReport(),
        new SpdxReport(),
        new PurlsReport(),
        new MarkdownReport(),
        new HtmlReport(),
        new SarifReport(),
        new JunitReport(),
        new GitlabReport(),
        new GithubReport(),
        new OpenVexReport(),
    ];
}
