using System.Diagnostics;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>The regression tests of the OWASP Core Rule Set, format go-ftw: YAML files of tests, each of stages with an input and what is expected of it.</summary>
internal sealed class CoreRuleSetSuite : IDisposable
{
    /// <summary>What the suite's own instructions say must be set; everything else is as CRS ships it.</summary>
    private const string setup = """

        SecAction "id:900005,phase:1,nolog,pass,setvar:tx.arg_name_length=100,setvar:tx.arg_length=400,setvar:tx.total_arg_length=6400,setvar:tx.max_num_args=255,setvar:tx.max_file_size=64100,setvar:tx.combined_file_sizes=65535,setvar:tx.crs_validate_utf8_encoding=1"

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-crs-").FullName;

    private CoreRuleSetSuite(string archive)
    {
        using (var tar = Process.Start("tar", ["xf", archive, "-C", folder])) tar.WaitForExit();
        File.WriteAllText(Path.Combine(Rules, "crs-setup.conf"), File.ReadAllText(Path.Combine(Rules, "crs-setup.conf.example"), Encoding.Latin1) + setup, Encoding.Latin1);
    }

    /// <summary>Folder with crs-setup.conf and rules.</summary>
    public string Rules => Path.Combine(folder, "crs-regression");

    /// <summary>Null where the suite is absent.</summary>
    public static CoreRuleSetSuite? Open()
    {
        var archive = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") ?? "/nowhere", "suites/waf/crs-regression.tar.xz");
        return File.Exists(archive) ? new(archive) : null;
    }

    public IReadOnlyList<CoreRuleSetTest> Tests()
    {
        var tests = new List<CoreRuleSetTest>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Rules, "tests"), "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var yaml = new YamlStream();
            using (var reader = new StreamReader(file)) yaml.Load(reader);
            if (yaml.Documents.Count == 0) continue; // Empty.
            var root = (YamlMappingNode)yaml.Documents[0].RootNode;
            foreach (var test in Items(root, "tests")) tests.Add(new($"{Text(root, "rule_id") ?? Path.GetFileNameWithoutExtension(file)}-{Text(test, "test_id")}", [.. Items(test, "stages").Select(Stage)]));
        }
        return tests;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CoreRuleSetStage Stage(YamlMappingNode stage)
    {
        var (input, output) = (Inner(stage, "input")!, Inner(stage, "output")!);
        var log = Inner(output, "log");
        return new(CoreRuleSetRequest.Bytes(input))
        {
            Expected = [.. Numbers(log, "expect_ids")],
            Unexpected = [.. Numbers(log, "no_expect_ids")],
            Pattern = log is null ? null : Text(log, "match_regex"),
            NoPattern = log is null ? null : Text(log, "no_match_regex"),
            Status = Text(output, "status") is { } status ? int.Parse(status) : 0,
            ExpectsError = Text(output, "expect_error") == "true",
        };
    }

    private static IEnumerable<int> Numbers(YamlMappingNode? of, string key) => of is not null && of.Children.TryGetValue(key, out var list) ? ((YamlSequenceNode)list).Select(number => int.Parse(((YamlScalarNode)number).Value!)) : [];

    private static IEnumerable<YamlMappingNode> Items(YamlMappingNode of, string key) => ((YamlSequenceNode)of.Children[key]).Cast<YamlMappingNode>();

    private static YamlMappingNode? Inner(YamlMappingNode of, string key) => of.Children.TryGetValue(key, out var inner) ? inner as YamlMappingNode : null;

    internal static string? Text(YamlMappingNode of, string key) => of.Children.TryGetValue(key, out var text) ? ((YamlScalarNode)text).Value : null;
}

/// <param name="Name">`942100-3`: rule and number.</param>
internal sealed record CoreRuleSetTest(string Name, IReadOnlyList<CoreRuleSetStage> Stages);

/// <param name="Request">As it is sent.</param>
internal sealed record CoreRuleSetStage(byte[] Request)
{
    public required int[] Expected { get; init; }
    public required int[] Unexpected { get; init; }

    /// <summary>Found in the log, and not found there.</summary>
    public string? Pattern { get; init; }
    public string? NoPattern { get; init; }

    /// <summary>Of the answer; 0 for any.</summary>
    public int Status { get; init; }

    /// <summary>The connection ends without an answer.</summary>
    public bool ExpectsError { get; init; }
}
