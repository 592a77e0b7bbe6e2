using System.Reflection;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Sql;

/// <summary>The rules of `known-bad.yaml`, which is in the assembly.</summary>
internal static class KnownBad
{
    private const string resource = "known-bad.yaml";
    private const int most = 1_000;

    /// <summary>Rules in the order of the file; the number of the first is 1.</summary>
    public static IReadOnlyList<KnownBadRule> Rules { get; } = Read();

    /// <summary>Ids of all rules that match a statement of the query, in the order of the file.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<IReadOnlyList<ShapeToken>> query) =>
        [.. Rules.Where(rule => query.Any(rule.Matches)).Select(rule => rule.Id)];

    private static List<KnownBadRule> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not in the assembly");
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        var faults = new Faults(resource);
        var root = new Section(YamlFile.Read(text, ConfigFile.Bounds, faults) ?? throw new InvalidOperationException($"{resource} is empty"), "the file", faults);
        var rules = root.Items("rules", most).Select(node => Rule(new(node, "a rule", faults), faults)).ToList();
        root.End();
        faults.Throw();
        return rules;
    }

    private static KnownBadRule Rule(Section section, Faults faults)
    {
        List<string> Texts(string name)
        {
            var all = new List<string>();
            foreach (var node in section.Items(name, most))
            {
                if (node.Text is { Length: > 0 } text) all.Add(text);
                else faults.Add(node, $"`{name}` has an entry that is no text", "Write a text.");
            }
            return all;
        }
        var rule = new KnownBadRule(section.Text("id") ?? "", section.Text("says") ?? "")
        {
            Statements = [.. Texts("statements").Select(text => text.Split(' '))],
            Functions = Texts("functions"),
            Names = Texts("names").ToHashSet(StringComparer.Ordinal),
            Settings = Texts("settings").ToHashSet(StringComparer.Ordinal),
            Trusted = Texts("trusted").ToHashSet(StringComparer.Ordinal),
            Refuses = Texts("refuses"),
            Passes = Texts("passes"),
        };
        section.End();
        return rule;
    }
}
