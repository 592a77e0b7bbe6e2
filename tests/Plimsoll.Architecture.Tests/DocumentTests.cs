using System.Text.RegularExpressions;

namespace Plimsoll.Architecture.Tests;

/// <summary>What the documents name is there.</summary>
public sealed class DocumentTests
{
    private static readonly string[] roots = ["src/", "tests/", "docs/", "bench/", "demo/", ".ci/"];

    public static TheoryData<string> Documents => [.. Repository.Documents.Select(Repository.Relative)];

    [Theory, MemberData(nameof(Documents))]
    public void Every_path_in_code_is_there(string document)
    {
        foreach (Match span in CodeSpan().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))))
        {
            var path = span.Groups[1].Value.Split(' ')[0].Split(':')[0];
            if (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
            else if (!roots.Any(root => path.StartsWith(root, StringComparison.Ordinal))) continue;
            if (path.Any(char.IsUpper) && path.Split('/').Any(part => part.Length > 1 && part.All(c => char.IsUpper(c) || c == '.'))) continue; // A placeholder: tests/golden/GROUP/NAME.
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"{document} names `{path}`, which is not there");
        }
    }

    [Theory, MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        foreach (Match link in Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))))
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) continue;
            Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there");
        }
    }

    /// <summary>Two pages of A4 hold some 1,300 words beside its picture and table.</summary>
    [Fact]
    public void The_way_through_the_code_is_two_pages() =>
        Assert.InRange(File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, 1_300);

    [Fact]
    public void The_limits_page_lists_every_limit()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/limits.md"));
        foreach (Match limit in Limit().Matches(File.ReadAllText(Path.Combine(Repository.Root, "src/Plimsoll.Scan/Layers/Limits.cs"))))
        {
            var value = limit.Groups[2].Value.Replace("_", "", StringComparison.Ordinal).Replace("L", "", StringComparison.Ordinal).Split(" << ") is [var number, var shift] ? long.Parse(number) << int.Parse(shift) : long.Parse(limit.Groups[2].Value.Replace("_", "", StringComparison.Ordinal).Replace("L", "", StringComparison.Ordinal));
            string[] written = [value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), $"{value >> 20} MiB", $"{value >> 30} GiB"];
            Assert.True(written.Any(text => page.Contains(text, StringComparison.Ordinal)), $"docs/limits.md does not say that {limit.Groups[1].Value} is {written[0]}");
        }
    }

    private static Regex CodeSpan() => new("`([^`\n]+)`", RegexOptions.NonBacktracking);

    private static Regex Link() => new(@"\]\(([^)\s]+)\)", RegexOptions.NonBacktracking);

    private static Regex Limit() => new(@"public (?:int|long) (\w+) \{ get; init; \} = ([0-9_]+L?(?: << [0-9]+)?);", RegexOptions.NonBacktracking);
}
