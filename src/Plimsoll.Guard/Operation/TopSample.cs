using System.Globalization;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Operation;

/// <summary>The metrics of one moment, as they were answered: lines `name{label="value",…} number`, and comments.</summary>
internal sealed class TopSample
{
    private readonly Dictionary<string, List<Series>> families = new(StringComparer.Ordinal);

    /// <exception cref="PlimsollException">These are not a guard's metrics.</exception>
    public static TopSample Parse(string text)
    {
        var sample = new TopSample();
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var space = line.LastIndexOf(' ');
            if (space < 0 || !double.TryParse(line.AsSpan(space + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) throw Strange();
            var brace = line.IndexOf('{', StringComparison.Ordinal);
            if (brace >= 0 && (space < brace + 2 || line[space - 1] != '}')) throw Strange();
            var name = line[..(brace < 0 ? space : brace)];
            if (!sample.families.TryGetValue(name, out var family)) sample.families.Add(name, family = []);
            family.Add(new(brace < 0 ? [] : Labels(line[(brace + 1)..(space - 1)]), value));
        }
        return sample.families.ContainsKey("plimsoll_guard_config_generation") ? sample : throw Strange();
    }

    public IReadOnlyList<Series> this[string family] => families.GetValueOrDefault(family) ?? [];

    public double Sum(string family, params (string Name, string Value)[] labels) => this[family].Where(series => series.Has(labels)).Sum(series => series.Value);

    /// <summary>Names and values of labels here have neither commas nor quotes: sites, reasons and upstreams have none.</summary>
    private static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in text.Split(','))
        {
            var equals = label.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw Strange();
            labels[label[..equals]] = label[(equals + 1)..].Trim('"');
        }
        return labels;
    }

    private static PlimsollException Strange() => new("guard-top", "What answers there is not the admin listener of a guard.", "Give the address of `--admin` or of `admin:` in its configuration.");

    public sealed record Series(IReadOnlyDictionary<string, string> Labels, double Value)
    {
        public string this[string label] => Labels.GetValueOrDefault(label) ?? "";

        public bool Has((string Name, string Value)[] labels) => Array.TrueForAll(labels, label => this[label.Name] == label.Value);
    }
}
