using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Configuration;

/// <summary>docs/schema/guard-1.schema.json and what is read are the same: every mapping has exactly the schema's keys.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_key_of_the_schema_is_known_and_no_other()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/schema/guard-1.schema.json")));
        foreach (var name in (string[])["shop", "ca"]) folder.Certificate(name, $"{name}.test");
        folder.Revocations("lists", "ca");
        folder.Write("rules.conf", "SecAction \"id:1,phase:1,pass\"\n");
        var all = new StringBuilder();
        Write(schema.RootElement, all, 0, unknown: false);
        var options = ConfigFile.Read(folder.Write("guard.yaml", all.ToString())); // Every example is right.
        Assert.Equal(3, options.Sites[0].Health.Failures);

        var strange = new StringBuilder();
        var mappings = Write(schema.RootElement, strange, 0, unknown: true);
        var faults = Assert.Throws<ConfigException>(() => ConfigFile.Read(folder.Write("guard.yaml", strange.ToString()))).Faults;
        var known = faults.Select(fault => Regex.Match(fault, "`zzzzzzzz` is not known here. Known are (.*)\\.$", RegexOptions.None, TimeSpan.FromSeconds(5))).Where(match => match.Success).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(mappings.Order(StringComparer.Ordinal), known);
        Assert.True(known.Count >= 10);
    }

    [Fact]
    public void Every_limit_is_a_key()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/schema/guard-1.schema.json")));
        var keys = schema.RootElement.GetProperty("properties").GetProperty("limits").GetProperty("properties").EnumerateObject().Select(key => key.Name);
        Assert.Equal(typeof(GuardLimits).GetProperties().Where(property => property.PropertyType != typeof(GuardLimits) && property.Name != "EqualityContract").Select(property => Reasons.Kebab(property.Name)).Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_validator_agrees_on_the_configuration_of_the_documentation()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/jsonschema") && Directory.Exists("/usr/lib/python3/dist-packages/yaml"), "python3-jsonschema and python3-yaml are not installed");
        const string script = """
            import json, re, sys, yaml, jsonschema
            schema = json.load(open(sys.argv[1] + "/docs/schema/guard-1.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            page = open(sys.argv[1] + "/docs/guard-operations.md").read()
            example = yaml.safe_load(re.search("```yaml\n(.*?)```", page, re.S).group(1))
            print([error.message for error in validator.iter_errors(example)])
            example["sites"][0]["mode"] = "enforced"
            print(len(list(validator.iter_errors(example))))
            """;
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", script, ConfigFolder.Root]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal("[]\n1\n", await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>One YAML document with every key of the schema and its example.</summary>
    /// <returns>The keys of each mapping, as a fault lists them.</returns>
    private static List<string> Write(JsonElement schema, StringBuilder yaml, int level, bool unknown)
    {
        var mappings = new List<string>();
        var indent = new string(' ', level * 2);
        var properties = schema.GetProperty("properties").EnumerateObject().ToList();
        mappings.Add(string.Join(", ", properties.Select(property => property.Name).Order(StringComparer.Ordinal).Select(name => $"`{name}`")));
        if (unknown) yaml.Append(indent).Append("zzzzzzzz: 1\n");
        foreach (var property in properties)
        {
            yaml.Append(indent).Append(property.Name).Append(':');
            if (property.Value.TryGetProperty("properties", out _))
            {
                yaml.Append('\n');
                mappings.AddRange(Write(property.Value, yaml, level + 1, unknown));
            }
            else if (property.Value.TryGetProperty("items", out var items) && items.TryGetProperty("properties", out _))
            {
                yaml.Append('\n').Append(indent).Append("  -\n");
                mappings.AddRange(Write(items, yaml, level + 2, unknown));
            }
            else if (property.Value.TryGetProperty("items", out items)) yaml.Append(" [").Append(items.GetProperty("examples")[0].GetRawText()).Append("]\n");
            else yaml.Append(' ').Append(property.Value.GetProperty("examples")[0] is { ValueKind: JsonValueKind.String } text ? $"\"{text.GetString()}\"" : property.Value.GetProperty("examples")[0].GetRawText()).Append('\n');
        }
        return mappings;
    }
}
