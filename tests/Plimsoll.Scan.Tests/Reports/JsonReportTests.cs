using System.Text;
using System.Text.Json;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

public sealed class JsonReportTests
{
    private static readonly string Schema = Path.Combine(GoldenTests.Repository(), "docs/schema/scan-1.schema.json");

    [Fact]
    public void Is_valid_by_its_schema() =>
        NodeValidator.AssertValid(Schema, Samples.All.ToDictionary(sample => sample.Key, sample => Write(sample.Value, Samples.Context), StringComparer.Ordinal));

    [Fact]
    public void Is_valid_without_a_time() =>
        NodeValidator.AssertValid(Schema, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["timeless"] = Write(Samples.Rich(), Samples.Context with { Now = null }) });

    [Theory]
    [InlineData("\"isGuess\"", "\"isGess\"")]
    [InlineData("\"completeness\": \"complete\"", "\"completeness\": \"clean\"")]
    [InlineData("\"notes\": []", "\"notes\": [], \"more\": 1")]
    public void Schema_refuses_what_is_not_of_the_format(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Write(Samples.Rich(), Samples.Context));
        Assert.Contains(from, text, StringComparison.Ordinal);
        var complaint = NodeValidator.Complaint(Schema, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains("data", complaint, StringComparison.Ordinal);
        Assert.Contains("document.json: ", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_requires_every_field_and_allows_no_other()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Schema));
        var objects = 0;
        foreach (var node in Nodes(schema.RootElement).Where(node => node.TryGetProperty("properties", out _)))
        {
            objects++;
            Assert.False(node.GetProperty("additionalProperties").GetBoolean());
            Assert.Equal(
                node.GetProperty("properties").EnumerateObject().Select(property => property.Name),
                node.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));
        }
        Assert.True(objects > 10, $"{objects} objects in the schema");
    }

    [Fact]
    public void Documentation_names_every_field()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Schema));
        var documentation = File.ReadAllText(Path.Combine(GoldenTests.Repository(), "docs/reports.md"));
        var fields = Fields(schema.RootElement, schema.RootElement, "").ToList();
        Assert.Contains("packages[].requires[].target", fields);
        Assert.All(fields, field => Assert.Contains($"| `{field}` |", documentation, StringComparison.Ordinal));
    }

    [Fact]
    public void Writes_the_CPE_of_an_application()
    {
        const string Cpe = @"cpe:2.3:a:f5:nginx:1.22.1\+b1:*:*:*:*:*:*:*";
        using var report = JsonDocument.Parse(Write(Samples.Empty() with { Packages = [Samples.Rich().Packages[0] with { Cpe = Cpe }] }, Samples.Context));
        Assert.Equal(Cpe, report.RootElement.GetProperty("packages")[0].GetProperty("cpe").GetString());
    }

    [Fact]
    public void Writes_time_in_utc_without_fractions()
    {
        using var json = JsonDocument.Parse(Write(Samples.Empty(), Samples.Context));
        Assert.Equal("2026-03-01T10:30:45Z", json.RootElement.GetProperty("time").GetString());
    }

    private static byte[] Write(Core.Results.ScanResult result, ReportContext context) => GoldenTests.Write(new JsonReport(), result, context);

    private static IEnumerable<JsonElement> Nodes(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Object)
        {
            yield return node;
            foreach (var property in node.EnumerateObject())
                foreach (var inner in Nodes(property.Value)) yield return inner;
        }
        else if (node.ValueKind == JsonValueKind.Array)
            foreach (var item in node.EnumerateArray())
                foreach (var inner in Nodes(item)) yield return inner;
    }

    /// <summary>Paths as the documentation writes them; a location's own fields are listed once there.</summary>
    private static IEnumerable<string> Fields(JsonElement root, JsonElement node, string prefix)
    {
        var target = Target(root, node, out var name);
        if (name == "location" && prefix.Length > 0)
        {
            foreach (var property in target.GetProperty("properties").EnumerateObject()) yield return $"location.{property.Name}";
            yield break;
        }
        if (name == "vulnerability" && prefix != "vulnerabilities[]") yield break; // The same fields as there.
        if (target.TryGetProperty("items", out var items))
            foreach (var field in Fields(root, items, prefix + "[]")) yield return field;
        if (!target.TryGetProperty("properties", out var properties)) yield break;
        foreach (var property in properties.EnumerateObject())
        {
            var path = prefix.Length == 0 ? property.Name : $"{prefix}.{property.Name}";
            yield return path;
            foreach (var field in Fields(root, property.Value, path)) yield return field;
        }
    }

    private static JsonElement Target(JsonElement root, JsonElement node, out string? name)
    {
        name = null;
        if (node.TryGetProperty("anyOf", out var any)) node = any[0];
        if (!node.TryGetProperty("$ref", out var reference)) return node;
        name = reference.GetString()!.Split('/')[^1];
        return root.GetProperty("$defs").GetProperty(name);
    }
}
