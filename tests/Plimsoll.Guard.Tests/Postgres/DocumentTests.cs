using System.Diagnostics;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;
using Plimsoll.Guard.Tests.Configuration;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>docs/guard-postgres.md says what is.</summary>
public sealed class DocumentTests
{
    private static readonly string page = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-postgres.md"));

    private static string Example => Regex.Match(page, "```yaml\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Groups[1].Value;

    [Fact]
    public void Every_rule_is_there_in_their_order()
    {
        var section = page[page.IndexOf("## Known to be bad", StringComparison.Ordinal)..page.IndexOf("## What is refused", StringComparison.Ordinal)];
        Assert.Equal(KnownBad.Rules.Select(rule => rule.Id), Regex.Matches(section, "^\\| `([a-z-]+)` \\|", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Its_examples_of_learning_are_what_is_said()
    {
        var run = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-run.md"));
        foreach (var (text, nouns, example) in ((string, Convergence.Nouns, Convergence)[])[(page, Convergence.Statements, new(4_120, 23, 23, 2, 3_480, default, new(2, 14, 7))), (run, Convergence.Connections, new(412, 3, 3, 0, 405, default, new(4, 2, 59)))])
            Assert.Contains($"plimsoll: {example.Counts(nouns)}\nplimsoll: {example.Estimate(nouns)}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_profile_is_what_the_statement_has_and_the_schema_takes_it_and_what_the_guard_writes()
    {
        var folder = Directory.CreateTempSubdirectory("guard-document-").FullName;
        var (example, written) = (Path.Combine(folder, "example.yaml"), Path.Combine(folder, "written.yaml"));
        File.WriteAllText(example, Example);
        var profile = StatementProfileFile.Read(example);
        Assert.Equal(ShapeTests.Of("SELECT name, price FROM products WHERE id = 17"), Assert.Single(profile.All).Entry.Text);
        StatementProfileFile.Write(written, profile);
        Assert.Equal(Example, File.ReadAllText(written));
        File.AppendAllText(written, "egress: []\n");
        if (Directory.Exists("/usr/lib/python3/dist-packages/jsonschema") && Directory.Exists("/usr/lib/python3/dist-packages/yaml"))
        {
            const string script = """
                import json, sys, yaml, jsonschema
                schema = json.load(open(sys.argv[1] + "/docs/schema/profile-1.schema.json"))
                jsonschema.Draft202012Validator.check_schema(schema)
                validator = jsonschema.Draft202012Validator(schema)
                for file in sys.argv[2:]: print([error.message for error in validator.iter_errors(yaml.safe_load(open(file)))])
                wrong = yaml.safe_load(open(sys.argv[2])); wrong["postgres"][0]["statements"][0]["row"] = 1
                print(len(list(validator.iter_errors(wrong))))
                """;
            using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, ConfigFolder.Root, example, written]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            Assert.Equal("[]\n[]\n1\n", python.StandardOutput.ReadToEnd());
        }
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("SELECT name FROM items WHERE id IN (1, 2) -- x", "select name from items where id in (?)")]
    public void Its_shapes_are_what_is_written(string statement, string shape)
    {
        Assert.Contains($"`{statement}` has the shape `{shape}`", page, StringComparison.Ordinal);
        Assert.Equal(shape, ShapeTests.Of(statement));
    }
}
