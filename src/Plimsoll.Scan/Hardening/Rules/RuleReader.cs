using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>
/// Reads one rule file: a YAML map whose keys docs/hardening.md lists. All that is wrong is said at once, each with its line.
/// </summary>
internal sealed class RuleReader
{
    /// <summary>Characters of one rule file.</summary>
    public const int MostText = 64 << 10;

    /// <summary>A rule has some hundred values.</summary>
    private static readonly YamlBounds bounds = new(Depth: 12, Nodes: 100_000);

    private static readonly string[] keys = ["id", "title", "versions", "scope", "when", "unless", "expect", "analysis", "severity", "why", "remedy", "remedy-in", "write", "by-hand", "source", "examples"];

    private readonly string file;
    private readonly List<string> errors;
    private readonly YamlMap map;
    private readonly bool isOurs;

    private RuleReader(string file, YamlMap map, List<string> errors, bool isOurs) => (this.file, this.map, this.errors, this.isOurs) = (file, map, errors, isOurs);

    /// <param name="file">For messages.</param>
    /// <param name="id">What the file's folder and name say: `nginx/server-tokens`.</param>
    /// <param name="isOurs">Its expressions are not tried out: tests do that.</param>
    /// <returns>Null when something is wrong, which is added to the errors.</returns>
    public static Rule? Read(string file, string id, string text, List<string> errors, bool isOurs = false)
    {
        if (text.Length > MostText)
        {
            errors.Add($"{file}: it has more than the {MostText:N0} characters that a rule may have");
            return null;
        }
        var read = YamlReading.Read(text, bounds);
        var before = errors.Count;
        errors.AddRange(read.Faults.Select(fault => $"{file}:{fault.Line}: {fault.Sentence}"));
        if (read.Root is not YamlMap map)
        {
            if (errors.Count == before) errors.Add($"{file}:1: {(read.Root is null ? "it is empty" : "a rule is a map of keys")}");
            return null;
        }
        var rule = new RuleReader(file, map, errors, isOurs).Read(id);
        return errors.Count == before ? rule : null;
    }

    private Rule Read(string id)
    {
        foreach (var (key, value) in map.Entries)
            if (!keys.Contains(key)) Error(value, $"there is no key `{key}`");
        if (Required("id") is { Length: > 0 } given && given != id) Error(map["id"]!, $"the id is `{given}`, but the file is that of `{id}`");
        var application = Effective.All.Find(id.Split('/')[0]);
        if (application is null) Error(map, $"the folder `{id.Split('/')[0]}` is none of {string.Join(", ", Effective.All.Applications.Select(one => one.Name))}");
        var (expect, analysis) = (Condition("expect"), Optional("analysis"));
        if ((map["expect"] is null) == (analysis is null)) Error(map, "a rule has either `expect` or `analysis`");
        var function = analysis is null ? null : Analyses.All.Find(analysis);
        if (analysis is not null && function is null) Error(map["analysis"]!, $"`{analysis}` is none of {string.Join(", ", Analyses.All.Analyses.Select(one => one.Id))}");
        var examples = map["examples"] as YamlMap;
        if (examples is null) Error(map, "`examples` with `good` and `bad` are missing");
        return new Rule
        {
            File = file,
            Told = new HardeningRule
            {
                Id = id,
                Title = Required("title"),
                Severity = Severity(),
                Why = Required("why").ReplaceLineEndings(" ").Trim(),
                Versions = Optional("versions"),
                Scope = map["scope"] is null ? null : string.Join(", ", Scopes()),
                When = Told("when"),
                Unless = Told("unless"),
                Remedy = Required("remedy").TrimEnd(),
                RemedyIn = Optional("remedy-in"),
                Writing = Writing(),
                Words = Words(),
                ByHand = Optional("by-hand"),
                Source = Source(),
                Condition = Told("expect") ?? $"analysis {analysis}",
            },
            Scopes = Scopes(),
            Versions = Versions(),
            When = Condition("when"),
            Unless = Condition("unless"),
            Expect = expect,
            Analysis = function,
            Good = Examples(examples, "good", application),
            Bad = Examples(examples, "bad", application),
        };
    }

    private ImmutableArray<string> Scopes() => map["scope"] switch
    {
        null => [""],
        YamlText { Text: var text } => [text],
        YamlList list => [.. list.Items.OfType<YamlText>().Select(item => item.Text)],
        var other => Wrong<ImmutableArray<string>>(other, "`scope` is a path of blocks such as `http/server`, or a list of them", [""]),
    };

    private Condition? Versions()
    {
        if (Optional("versions") is not { } text) return null;
        var condition = ConditionParser.Parse(string.Join(" and ", text.Split(',', StringSplitOptions.TrimEntries).Select(part => "version " + part)), out _);
        return condition ?? Wrong<Condition?>(map["versions"]!, $"`versions` is a list of bounds such as `>= 1.19.4, < 1.27.3`, not `{text}`", null);
    }

    private string? Told(string key) => Optional(key)?.ReplaceLineEndings(" ").Trim();

    private Condition? Condition(string key)
    {
        if (Optional(key) is not { } text) return null;
        return ConditionParser.Parse(text, out var error, isOurs) ?? Wrong<Condition?>(map[key]!, $"`{key}` cannot be read: {error}", null);
    }

    private HardeningSeverity Severity()
    {
        var text = Required("severity");
        foreach (var severity in Enum.GetValues<HardeningSeverity>())
            if (text.Equals(severity.ToString(), StringComparison.OrdinalIgnoreCase)) return severity;
        return text.Length == 0 ? default : Wrong(map["severity"]!, $"`severity` is low, medium, high or critical, not `{text}`", HardeningSeverity.Low);
    }

    private RemedyWriting Writing()
    {
        if (Optional("write") is not { } text) return RemedyWriting.ByHand;
        if (map["by-hand"] is { } reason) Error(reason, "a rule has either `write` or `by-hand`");
        return text switch
        {
            "line" => RemedyWriting.Line,
            "removal" => RemedyWriting.Removal,
            "dockerfile" => RemedyWriting.Dockerfile,
            _ when Words().Length > 0 => RemedyWriting.Without,
            _ => Wrong(map["write"]!, $"`write` is line, removal, without WORDS or dockerfile, not `{text}`", RemedyWriting.ByHand),
        };
    }

    /// <summary>`without allow-0rtt, verify none`: words, or runs of them, apart by commas.</summary>
    private ImmutableArray<string> Words() => Optional("write") is { } text && text.StartsWith("without ", StringComparison.Ordinal) ? [.. text["without ".Length..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] : [];

    private RuleSource Source()
    {
        var source = map["source"] as YamlMap;
        if (source is null) Error(map, "`source` with `title`, `url` and `read` is missing");
        var (title, url, read) = (Text(source, "title"), Text(source, "url"), Text(source, "read"));
        if (source is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" or "man")) Error(source, $"`url` is no address: `{url}`");
        if (!DateOnly.TryParseExact(read, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && source is not null) Error(source, $"`read` is no day such as 2026-01-31: `{read}`");
        return new RuleSource(title, url, day);
    }

    private ImmutableArray<Example> Examples(YamlMap? examples, string key, IHardenedApplication? application)
    {
        if (examples is null || application is null) return [];
        if (examples[key] is not YamlList { Items.IsEmpty: false } list) return Wrong<ImmutableArray<Example>>(examples, $"`examples` has no list `{key}`", []);
        return [.. list.Items.Select(item => ExampleReader.Read(item, application, message => Error(item, message))).OfType<Example>()];
    }

    private string Text(YamlMap? from, string key) => from?[key] is YamlText { Text: var text } ? text.Trim() : "";

    private string Required(string key) => Optional(key) ?? Wrong(map, $"`{key}` is missing", "");

    private string? Optional(string key) => map[key] switch
    {
        null => null,
        YamlText { Text: var text } when !string.IsNullOrWhiteSpace(text) => text.Trim(),
        var other => Wrong<string?>(other, $"`{key}` is no text", null),
    };

    private T Wrong<T>(YamlNode node, string message, T instead)
    {
        Error(node, message);
        return instead;
    }

    private void Error(YamlNode node, string message) => errors.Add($"{file}:{node.Line}: {message}");
}
