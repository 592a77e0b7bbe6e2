using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.SecLang;

/// <summary>The regression tests of the Core Rule Set that are about a rule: `ID.yaml` of go-ftw's format, beneath a folder.</summary>
internal static class RuleTests
{
    /// <summary>CRS's largest has 100 KiB.</summary>
    private const int mostBytes = 4 << 20;

    /// <summary>CRS's largest has some thousand values.</summary>
    private static readonly YamlBounds bounds = new(Depth: 64, Nodes: 1_000_000) { IsForeign = true };

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
            using var stream = File.OpenRead(file);
            if (stream.Length > mostBytes) throw new PlimsollException("guard-rule-tests", $"`{file}` has more than {mostBytes} bytes.", "Name the folder of CRS's tests with --tests.");
            var text = new byte[stream.Length];
            stream.ReadExactly(text);
            var read = YamlReading.Read(text, bounds);
            if (read.Faults is [var fault, ..]) throw new PlimsollException("guard-rule-tests", $"`{file}:{fault.Line}` cannot be read: {fault.Message}.", "Name the folder of CRS's tests with --tests.");
            return read.Root is YamlMap root ? [.. root.List("tests").OfType<YamlMap>().Select(test => (test.String("test_id") ?? "?", (test.String("desc") ?? "").ReplaceLineEndings(" ").Trim()))] : [];
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-rule-tests", $"`{file}` cannot be read: {thrown.Message}", "Name the folder of CRS's tests with --tests.");
        }
    }
}
