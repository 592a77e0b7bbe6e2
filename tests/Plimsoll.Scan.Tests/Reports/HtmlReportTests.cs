using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

public sealed class HtmlReportTests
{
    /// <summary>
    /// Nothing is fetched, no error, no markup from the content; axe finds nothing in light, dark and on a phone; filter, keyboard, print, and use
    /// without script work. PLIMSOLL_SCREENSHOTS names a folder for pictures of all that.
    /// </summary>
    [Fact]
    public void Works_in_real_Chromium()
    {
        if (Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists) is not { } chromium)
        {
            Assert.Skip("Chromium is not installed");
            return;
        }
        var folder = Directory.CreateTempSubdirectory("plimsoll-pages-");
        try
        {
            var pages = Samples.All.Where(sample => sample.Key is "judged" or "vulnerable" or "supported" or "hostile-findings" or "empty" or "partial").Append(new("many", ManyFindings.Of(300))).Select(sample =>
            {
                var file = Path.Combine(folder.FullName, sample.Key + ".html");
                File.WriteAllBytes(file, Write(sample.Value));
                return file;
            }).ToList();
            var said = NodeValidator.Script("page.mjs", [chromium, Environment.GetEnvironmentVariable("PLIMSOLL_SCREENSHOTS") is { Length: > 0 } shots ? shots : "-", .. pages]);
            Assert.True(said == $"checked {pages.Count}", said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Page_of_2000_findings_has_at_most_3_MB() => Assert.InRange(Write(ManyFindings.Of(2000)).Length, 500_000, 3_000_000);

    [Fact]
    public void Has_every_finding_action_and_mark()
    {
        var many = ManyFindings.Of(2000);
        var text = Encoding.UTF8.GetString(Write(many));
        Assert.Equal(2000, Count(text, "<tr id=\"f"));
        Assert.Equal(many.Plan!.Actions.Length, Count(text, "<span class=\"rank\""));
        Assert.Equal(4, Count(text, "class=\"mark good\"") + Count(text, "class=\"mark fair\"") + Count(text, "class=\"mark poor\"") + Count(text, "class=\"mark notjudged\""));
    }

    [Fact]
    public void Rows_are_bounded_and_what_is_left_out_is_said()
    {
        var text = Encoding.UTF8.GetString(Write(ManyFindings.Of(10_003)));
        Assert.Equal(10_000, Count(text, "<tr id=\"f"));
        Assert.Contains("3 more findings of the lowest priority are not on this page", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_policy_names_the_hashes_of_what_is_in_it()
    {
        var text = Encoding.UTF8.GetString(Write(Samples.Rich()));
        foreach (var name in (string[])["style", "script"])
        {
            var content = text.Split($"<{name}>")[1].Split($"</{name}>")[0];
            var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)));
            Assert.Contains(System.Net.WebUtility.HtmlEncode($"{name}-src 'sha256-{hash}'"), text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("http://", text.Split("<body>")[0], StringComparison.Ordinal);
        Assert.DoesNotContain("url(", text.Split("<body>")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_found_without_looking_does_not_read_as_clean()
    {
        Assert.Contains("This is the inventory alone: nobody looked for vulnerabilities.", Encoding.UTF8.GetString(Write(Samples.Rich())), StringComparison.Ordinal);
        Assert.Contains("Incomplete: 7 problems.", Encoding.UTF8.GetString(Write(Samples.Partial())), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_that_is_not_followed_is_there_with_what_to_write_and_only_addresses_are_links()
    {
        var text = Encoding.UTF8.GetString(Write(VulnerableSample.Result()));
        Assert.Contains("<code class=\"write\">server_tokens off;</code>", text, StringComparison.Ordinal);
        Assert.Contains("needs the file /run/x.conf, which the image does not hold", text, StringComparison.Ordinal);
        Assert.Contains("2 recommendations followed", text, StringComparison.Ordinal);
        Assert.Contains("href=\"https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens\"", text, StringComparison.Ordinal);
        var hardening = VulnerableSample.Result().Hardening!;
        var own = hardening with { Findings = [.. hardening.Findings.Select(finding => finding with { Rule = finding.Rule with { Source = finding.Rule.Source with { Url = "javascript:alert(1)" } } })] };
        Assert.DoesNotContain("href=\"javascript:", Encoding.UTF8.GetString(Write(VulnerableSample.Result() with { Hardening = own })), StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static byte[] Write(ScanResult result) => GoldenTests.Write(new HtmlReport(), result, Samples.Context);
}
