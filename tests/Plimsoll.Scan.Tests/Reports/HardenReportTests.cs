using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

public sealed class HardenReportTests
{
    private static readonly string Schemas = Path.Combine(GoldenTests.Repository(), "docs/schema");

    private static readonly Example example = new()
    {
        Line = 1,
        Files = [("/etc/nginx/nginx.conf", "user root;\nevents { }\nhttp {\n    include /run/*.conf;\n    include /run/x.conf;\n    server { listen 80; autoindex on; }\n    broken\n}\n")],
        Command = ["/usr/sbin/nginx", "-g", "daemon off;"],
        Environment = ["NGINX_VERSION=1.28.0"],
        Compose = "services: { web: { image: example, ports: [\"80:80\"], env_file: no.env } }",
    };

    [Fact]
    public void Findings_are_valid_by_their_schema()
    {
        var written = ExampleImage.Scan(example, HardeningOptions.With([], writes: true));
        Assert.NotEmpty(written.Hardening!.Remedies!.Left);
        Assert.NotEmpty(written.Problems);
        NodeValidator.AssertValid(Path.Combine(Schemas, "harden-1.schema.json"), new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["written"] = Json(Plimsoll.Scan.Reports.Harden.All.Reports, written),
            ["plain"] = Json(Plimsoll.Scan.Reports.Harden.All.Reports, ExampleImage.Scan(example with { Compose = null }, HardeningOptions.With([]))),
            ["none"] = Json(Plimsoll.Scan.Reports.Harden.All.Reports, written with { Hardening = null }),
        });
    }

    [Fact]
    public void Configurations_are_valid_by_their_schema() =>
        NodeValidator.AssertValid(Path.Combine(Schemas, "configuration-1.schema.json"), new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["configuration"] = Json(Plimsoll.Scan.Reports.Harden.All.Configurations, ExampleImage.Scan(example, HardeningOptions.With([], judges: false))),
        });

    [Theory]
    [InlineData("harden-1", "\"rank\"", "\"rnak\"")]
    [InlineData("harden-1", "\"plimsoll/harden/1\"", "\"plimsoll/harden/2\"")]
    [InlineData("configuration-1", "\"arguments\"", "\"argument\"")]
    public void Schemas_refuse_what_is_not_of_the_format(string schema, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Json(schema == "harden-1" ? Plimsoll.Scan.Reports.Harden.All.Reports : Plimsoll.Scan.Reports.Harden.All.Configurations, ExampleImage.Scan(example, HardeningOptions.With([]))));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains("data", NodeValidator.Complaint(Path.Combine(Schemas, schema + ".schema.json"), Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_says_who_can_reach_it_and_what_is_left()
    {
        var table = Encoding.UTF8.GetString(Bytes(Plimsoll.Scan.Reports.Harden.All.Reports, "table", ExampleImage.Scan(example, HardeningOptions.With([], writes: true))));
        Assert.Contains("Deployed     service web (compose.yaml:1)", table, StringComparison.Ordinal);
        Assert.Contains("The service web publishes port 80 of the host.", table, StringComparison.Ordinal);
        Assert.Contains("Left to you", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), line => Assert.True(line.Length <= 80 || line.Contains("https://", StringComparison.Ordinal), line));
    }

    private static byte[] Json(IReadOnlyList<IReport> reports, ScanResult result) => Bytes(reports, "json", result);

    private static byte[] Bytes(IReadOnlyList<IReport> reports, string id, ScanResult result)
    {
        using var stream = new MemoryStream();
        reports.Single(report => report.Id == id).Write(result, Samples.Context with { Written = "out" }, stream);
        return stream.ToArray();
    }
}
