using Plimsoll.Core.Results;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plimsoll.Guard.SecLang;

/// <summary>The regression tests of the Core Rule Set that are about a rule: `ID.yaml` of go-ftw's format, beneath a folder.</summary>
internal static class RuleTests
{
    /// <summary>CRS's largest has 100 KiB.</summary>
    private const int mostBytes = 4 << 20;

    /// <summary>Where a release has them, relative to its folder.</summary>
    private static readonly string[] places = ["tests/regression/tests", "tests"];

    /// <param name="folder">Null to look beneath the folders of the rules.</param>
    /// <returns>The file, and number and description of each; null when there is no such file.</returns>
    /// <exception cref="PlimsollException">The file cannot be read.</exception>
    public static (string File, IReadOnlyList<(string Number, string Description)> Tests)? Of(int id, IReadOnlyList<string> paths, string? folder)
    {
        var roots = folder is not null ? [folder] : paths.Where(Directory.Exists).SelectMany(path => places.Select(place => Path.Combine(path, place)));
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 5, AttributesToSkip = FileAttributes.ReparsePoint };
        var file = roots.Where(Directory.Exists).SelectMany(root => Directory.EnumerateFiles(root, $"{id}.y*ml", options)).FirstOrDefault();
        return file is null ? null : (file, Read(file));
    }

    private static List<(string, string)> Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > mostBytes) throw new PlimsollException("guard-rule-tests", $"`{file}` has more than {mostBytes} bytes.", "Name the folder of CRS's tests with --tests.");
            var yaml = new YamlStream();
            using (var reader = new StreamReader(file)) yaml.Load(reader);
            if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode root || !root.Children.TryGetValue("tests", out var list) || list is not YamlSequenceNode tests) return [];
            return [.. tests.OfType<YamlMappingNode>().Select(test => (Text(test, "test_id") ?? "?", (Text(test, "desc") ?? "").ReplaceLineEndings(" ").Trim()))];
        }
        catch (Exception thrown) when (thrown is YamlException or IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-rule-tests", $"`{file}` cannot be read: {thrown.Message}", "Name the folder of CRS's tests with --tests.");
        }
    }

    private static string? Text(YamlMappingNode of, string key) => of.Children.TryGetValue(key, out var text) ? (text as YamlScalarNode)?.Value : null;
}
