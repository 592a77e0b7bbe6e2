using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>The members of one mapping, taken by name. What is wrong is a fault, and the reading goes on with the default; <see cref="End"/> finds names that nobody took.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlEntry> members = new(StringComparer.Ordinal);
    private readonly SortedSet<string> known = new(StringComparer.Ordinal);
    private readonly Faults faults;

    public Section(YamlNode node, string what, Faults faults)
    {
        (Node, this.faults) = (node, faults);
        if (node.IsNothing) return;
        if (node is not YamlMap map) faults.Add(node, $"{what} is not a mapping", "Write `name: value`, one in each line.");
        else foreach (var entry in map.Entries) members.Add(entry.Key, entry);
    }

    public YamlNode Node { get; }

    /// <summary>Null when it is absent or written as nothing.</summary>
    public YamlNode? Take(string name)
    {
        known.Add(name);
        return members.Remove(name, out var member) && !member.Value.IsNothing ? member.Value : null;
    }

    public YamlNode? Required(string name, string example)
    {
        var node = Take(name);
        if (node is null) faults.Add(Node, $"`{name}` is missing", $"Write for example `{example}`.");
        return node;
    }

    public string? Text(string name) => Text(Take(name));

    public string? Text(YamlNode? node)
    {
        if (node is null || node.Text is { Length: > 0 }) return node?.Text;
        faults.Add(node, "one word or number was expected here", "Write it without `-`, `[` or `{`.");
        return null;
    }

    public bool Flag(string name, bool otherwise) => Choice(name, otherwise, ("true", true), ("false", false));

    public T Choice<T>(string name, T otherwise, params (string Word, T Value)[] choices)
    {
        if (Take(name) is not { } node || Text(node) is not { } text) return otherwise;
        foreach (var (word, value) in choices)
            if (word == text) return value;
        var words = choices.Select(choice => choice.Word).ToList();
        faults.Add(node, $"`{name}` is `{text}`", Nearest.Of(text, words) is { } near ? $"Did you mean `{near}`?" : $"Write {string.Join(" or ", words.Select(word => $"`{word}`"))}.");
        return otherwise;
    }

    public int Number(string name, int otherwise, int least, int most) => (int)Scaled(name, otherwise, least, most, "a number", "");

    /// <summary>Milliseconds of `500ms`, `15s`, `5m` or `1h`.</summary>
    public int Duration(string name, int otherwise, int least, int most) => (int)Scaled(name, otherwise, least, most, "a time as `15s` (ms, s, m, h)", "ms", ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000));

    /// <summary>Bytes of `4096`, `32KiB` or `12MiB`.</summary>
    public long Bytes(string name, long otherwise, long least, long most) => Scaled(name, otherwise, least, most, "a number of bytes as `32KiB` (KiB, MiB, GiB)", " bytes", ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30));

    public double Rate(string name)
    {
        if (Take(name) is not { } node || Text(node) is not { } text) return 0;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.001 and <= 1_000_000) return rate;
        faults.Add(node, $"`{name}` is `{text}`", "Write a number from 0.001 to 1000000.");
        return 0;
    }

    /// <param name="example">Given when the list must be there.</param>
    public IReadOnlyList<YamlNode> Items(string name, int most, string? example = null)
    {
        if ((example is null ? Take(name) : Required(name, example)) is not { } node) return [];
        var items = Items(node, name, most, "Take some out.");
        if (node is YamlList { Items.IsEmpty: true }) faults.Add(node, $"`{name}` has no entry", "Give one, or leave it out.");
        return items;
    }

    /// <summary>Of a list that may be empty.</summary>
    /// <param name="fewer">What to do when there are too many.</param>
    public ImmutableArray<YamlNode> Items(YamlNode node, string name, int most, string fewer)
    {
        if (node is not YamlList list)
        {
            faults.Add(node, $"`{name}` is not a list", "Begin each entry with `-`.");
            return [];
        }
        if (list.Items.Length > most) faults.Add(list.Items[most], $"`{name}` has more than {most} entries", fewer);
        return list.Items;
    }

    public Section? Inner(string name) => Take(name) is { } node ? new(node, $"`{name}`", faults) : null;

    /// <summary>A file relative to the configuration's folder, which is there.</summary>
    public string? File(string name)
    {
        if (Take(name) is not { } node || Text(node) is not { } text) return null;
        var path = Path.Combine(faults.Folder, text);
        if (System.IO.File.Exists(path)) return path;
        faults.Add(node, $"the file {path} does not exist", "Name a file, relative to the folder of this one.");
        return null;
    }

    public void End()
    {
        foreach (var (text, entry) in members)
            faults.Add(entry.Name, $"`{text}` is not known here", Nearest.Of(text, known) is { } near ? $"Did you mean `{near}`?" : $"Known are {string.Join(", ", known.Select(word => $"`{word}`"))}.");
    }

    private long Scaled(string name, long otherwise, long least, long most, string expected, string unit, params (string Unit, long Factor)[] units)
    {
        if (Take(name) is not { } node || Text(node) is not { } text) return otherwise;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
        var suffix = text.AsSpan(digits).Trim(' ').ToString();
        // A duration without unit could be either of two.
        var factor = suffix.Length == 0 ? (unit == "ms" ? 0 : 1) : Array.Find(units, one => one.Unit == suffix).Factor;
        if (factor == 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / factor)
            faults.Add(node, $"`{name}` is `{text}`", $"Write {expected}.");
        else if (number * factor < least || number * factor > most)
            faults.Add(node, $"`{name}` is `{text}`", $"Write {least}{unit} to {most}{unit}.");
        else return number * factor;
        return otherwise;
    }
}
