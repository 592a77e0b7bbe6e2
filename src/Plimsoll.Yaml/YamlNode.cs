using System.Collections.Immutable;

namespace Plimsoll.Yaml;

/// <summary>A value of a YAML document: a text, a list or a map.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Column">Where it begins in its line, from 1.</param>
public abstract record YamlNode(int Line, int Column)
{
    /// <summary>Null for a list and a map.</summary>
    public string? Text => (this as YamlText)?.Text;

    /// <summary>Whether it stands there as YAML's null: empty, `~` or `null` in any of its spellings (YAML 1.2.2, 10.3.2) without quotes.</summary>
    public bool IsNothing => this is YamlText { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };
}

public sealed record YamlText(int Line, int Column, string Text) : YamlNode(Line, Column)
{
    public new string Text { get; init; } = Text;

    /// <summary>Whether it stands without quotes, so that it may be a number, a flag or nothing.</summary>
    public bool IsPlain { get; init; }

    /// <summary>What would be needed to know the text, a clause; null when it is known.</summary>
    public string? Needs { get; init; }
}

public sealed record YamlList(int Line, int Column, ImmutableArray<YamlNode> Items) : YamlNode(Line, Column);

/// <summary>Its entries have different keys and keep their order.</summary>
public sealed record YamlMap(int Line, int Column, ImmutableArray<YamlEntry> Entries) : YamlNode(Line, Column)
{
    public YamlNode? this[string key]
    {
        get
        {
            foreach (var (name, value) in Entries)
                if (name == key) return value;
            return null;
        }
    }

    /// <summary>The map of a key; an empty one where there is none.</summary>
    public YamlMap Map(string key) => this[key] as YamlMap ?? new YamlMap(Line, Column, []);

    /// <summary>The items of a list; none where there is no list.</summary>
    public ImmutableArray<YamlNode> List(string key) => this[key] is YamlList list ? list.Items : [];

    /// <summary>A text that is there; null for nothing and for what is no text.</summary>
    public YamlText? TextOf(string key) => this[key] is YamlText { IsNothing: false } text ? text : null;

    public string? String(string key) => TextOf(key)?.Text;

    /// <summary>YAML 1.1's flags, as Kubernetes and Compose read them; null where nothing is said.</summary>
    public bool? Flag(string key) => String(key)?.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };
}

public readonly record struct YamlEntry
{
    public YamlEntry(YamlText name, YamlNode value) => (Name, Value) = (name, value);

    /// <summary>The key with its place.</summary>
    public YamlText Name { get; }

    public YamlNode Value { get; init; }
    public string Key => Name.Text;

    public void Deconstruct(out string key, out YamlNode value) => (key, value) = (Key, Value);
}
