using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Policies;

/// <summary>
/// Reads `.plimsoll.yaml` (docs/policy.md, docs/schema/policy-1.schema.json): `version`, `fail` with conditions, `ignore` with
/// a list. All that is wrong is said at once, each with its line and what to write instead.
/// </summary>
public sealed class PolicyFile
{
    /// <summary>The file that a scan takes from the working folder when it is told none.</summary>
    public const string DefaultName = ".plimsoll.yaml";

    /// <summary>Bytes of a policy; ten thousand ignores have 2 MB.</summary>
    internal const int MostBytes = 4 << 20;

    /// <summary>Errors that are said at once.</summary>
    private const int MostErrors = 50;

    /// <summary>A policy has four levels; ten thousand ignores of six fields have 130,000 values.</summary>
    private static readonly YamlBounds bounds = new(Depth: 16, Nodes: 200_000);

    private static readonly string[] conditions = ["severity", "kev", "epss", "age", "end-of-life", "fixable-only"];
    private static readonly string[] ignoreFields = ["vulnerability", "package", "path", "image", "reason", "expires"];

    private readonly List<(int Line, string Sentence)> errors = [];

    private PolicyFile()
    {
    }

    /// <exception cref="PlimsollException">It cannot be read, or not all of it can be understood.</exception>
    public static Policy Read(string path) => Parse(WholeFile.Read(path, MostBytes, "policy", "The policy").Span, path);

    internal static Policy Parse(ReadOnlySpan<byte> text, string path)
    {
        var reader = new PolicyFile();
        var policy = new Policy { Source = path };
        var read = YamlReading.Read(text, bounds);
        foreach (var fault in read.Faults) reader.Error(fault.Line, fault.Sentence);
        if (read.Root is { IsNothing: false } root) policy = reader.Document(root, policy);
        return reader.errors.Count == 0 ? policy : throw reader.Failure(path);
    }

    private PlimsollException Failure(string path)
    {
        var lines = errors.OrderBy(error => error.Line).Take(MostErrors).Select(error => $"line {error.Line}: {error.Sentence}").ToList();
        if (errors.Count > MostErrors) lines.Add($"and {errors.Count - MostErrors} more");
        var between = lines.Count > 1 ? "\n  " : " ";
        return new PlimsollException("policy-invalid", $"The policy `{path}` has {errors.Count} error{(errors.Count == 1 ? "" : "s")}:{between}{string.Join($";{between}", lines)}.", "Nothing was scanned. docs/policy.md shows a policy, docs/schema/policy-1.schema.json checks one in an editor.");
    }

    private void Error(int line, string sentence) => errors.Add((line, sentence));

    private Policy Document(YamlNode root, Policy policy)
    {
        foreach (var (name, value) in Members(root, "a policy", ["version", "fail", "ignore"]))
            switch (name)
            {
                case "version" when value.Text != "1":
                    Error(value.Line, $"the version `{value.Text}` is not known; write `version: 1`");
                    break;
                case "fail" when !value.IsNothing:
                    policy = policy with { Fail = Conditions(value) };
                    break;
                case "ignore" when !value.IsNothing:
                    policy = policy with { Ignores = Ignores(value) };
                    break;
                default:
                    break; // The right version, or a key without a value.
            }
        return policy;
    }

    private FailConditions Conditions(YamlNode node)
    {
        var fail = FailConditions.None;
        foreach (var (name, value) in Members(node, "`fail`", conditions))
            fail = name switch
            {
                "severity" => fail with { Severity = Severity(value) },
                "kev" => fail with { Exploited = Flag(name, value) },
                "epss" => fail with { Probability = Probability(value) },
                "age" => fail with { Age = Days(value) },
                "end-of-life" => fail with { EndOfLife = Flag(name, value) },
                _ => fail with { FixableOnly = Flag(name, value) },
            };
        return fail;
    }

    private ImmutableArray<Ignore> Ignores(YamlNode node)
    {
        if (node is YamlList list) return [.. list.Items.Select(Ignored).OfType<Ignore>()];
        Error(node.Line, "`ignore` is a list; begin each entry with `- `");
        return [];
    }

    private Ignore? Ignored(YamlNode node)
    {
        var before = errors.Count;
        var ignore = new Ignore { Line = node.Line, Reason = "" };
        foreach (var (name, value) in Members(node, "an ignore", ignoreFields))
        {
            if (Word(name, value) is not { } text) continue; // Said there.
            ignore = name switch
            {
                "vulnerability" => ignore with { Vulnerability = text },
                "package" => ignore with { Package = Package(text, value.Line) },
                "path" => ignore with { Path = Path(text, value.Line) },
                "image" => ignore with { Image = text },
                "reason" => ignore with { Reason = text },
                _ => ignore with { Expires = Day(text, value.Line) },
            };
        }
        if (errors.Count > before) return null;
        if (ignore.Reason.Length == 0) Error(node.Line, "this ignore has no reason; say in `reason` why the finding does not count");
        if (ignore is { Vulnerability: null, Package: null, Path: null }) Error(node.Line, "this ignore names nothing; give `vulnerability`, `package` or `path`");
        return errors.Count > before ? null : ignore;
    }

    /// <summary>What is known of the members; what is not is an error.</summary>
    private IEnumerable<(string Name, YamlNode Value)> Members(YamlNode node, string what, string[] known)
    {
        if (node is not YamlMap map)
        {
            Error(node.Line, $"{what} is written as `name: value` lines, with the names {string.Join(", ", known)}");
            yield break;
        }
        foreach (var entry in map.Entries)
            if (known.Contains(entry.Key)) yield return (entry.Key, entry.Value);
            else Error(entry.Name.Line, $"{what} has no `{entry.Key}`; it may have {string.Join(", ", known)}");
    }

    private string? Word(string name, YamlNode value)
    {
        if (value.Text is { } text && !string.IsNullOrWhiteSpace(text)) return text.Trim();
        Error(value.Line, $"`{name}` has no text; write one or take it away");
        return null;
    }

    private bool Flag(string name, YamlNode value)
    {
        if (value.Text is "true" or "false") return value.Text == "true";
        Error(value.Line, $"`{name}` is `true` or `false`, not `{value.Text}`");
        return false;
    }

    private CvssRating? Severity(YamlNode value)
    {
        if (FailOn.Severity(value.Text ?? "") is { } rating) return rating;
        Error(value.Line, $"`{value.Text}` is no severity; write critical, high, medium or low");
        return null;
    }

    private double? Probability(YamlNode value)
    {
        if (FailOn.Probability(value.Text ?? "") is { } probability) return probability;
        Error(value.Line, $"`{value.Text}` is no probability; write a number over 0 and up to 1, such as 0.1");
        return null;
    }

    private int? Days(YamlNode value)
    {
        if (FailOn.Days(value.Text ?? "") is { } days) return days;
        Error(value.Line, $"`{value.Text}` is no number of days; write one such as 30");
        return null;
    }

    private DateOnly? Day(string text, int line)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        Error(line, $"`{text}` is no day; write one such as 2026-12-31");
        return null;
    }

    private string Package(string text, int line)
    {
        if (text.StartsWith("pkg:", StringComparison.Ordinal) && !Core.Packages.PackageUrlParser.TryParse(text, out _)) Error(line, $"`{text}` is no package URL; write one such as pkg:npm/lodash@4.17.15");
        return text;
    }

    private string Path(string text, int line)
    {
        if (text[0] is not ('/' or '*')) Error(line, $"`{text}` is no path of an image; begin it with `/` or `**`");
        return text;
    }
}
