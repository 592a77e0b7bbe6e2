using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Plimsoll.Scan.Yaml;

/// <summary>A value of a YAML document that knows its line, from 1. Maps keep their order.</summary>
internal abstract record YamlNode(int Line)
{
    /// <summary>One document without anchors, aliases and tags: all that a file of ours needs.</summary>
    /// <returns>Null when it cannot be read; the error then says why, with the line.</returns>
    public static YamlNode? Parse(string text, out (int Line, string Message) error) => Reading.Read(text, YamlBounds.Strict, out error) is [var root] ? root : null;

    /// <summary>All documents of a file that other programs read too; empty ones are left out.</summary>
    /// <returns>Null when it cannot be read; the error then says why, with the line.</returns>
    public static IReadOnlyList<YamlNode>? ParseAll(string text, YamlBounds bounds, out (int Line, string Message) error) => Reading.Read(text, bounds, out error);

    private sealed class Reading(Parser parser, YamlBounds bounds)
    {
        private readonly Dictionary<string, (YamlNode Node, int Size)> anchors = new(StringComparer.Ordinal);
        private int nodes;

        public static List<YamlNode>? Read(string text, YamlBounds bounds, out (int Line, string Message) error)
        {
            error = default;
            var parser = new Parser(new StringReader(text));
            try
            {
                return new Reading(parser, bounds).Documents();
            }
            catch (Wrong wrong)
            {
                error = (wrong.Line, wrong.Message);
            }
            catch (YamlException broken)
            {
                error = ((int)broken.Start.Line, $"it is no YAML: {broken.Message}");
            }
            catch (Exception thrown) when (thrown is InvalidOperationException or ArgumentException)
            {
                // The library's scanner does not expect every kind of broken text, nor that a tag is no URI.
                error = ((int)(parser.Current?.Start.Line ?? 1), "it is no YAML from here on");
            }
            return null;
        }

        private List<YamlNode> Documents()
        {
            var documents = new List<YamlNode>();
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out var start))
            {
                if (documents.Count > 0 && !bounds.ManyDocuments) throw new Wrong((int)start.Start.Line, "it has a second document");
                anchors.Clear();
                var root = Node(0);
                parser.Consume<DocumentEnd>();
                if (!bounds.ManyDocuments || root is not YamlText { IsNothing: true }) documents.Add(root);
            }
            if (!bounds.ManyDocuments && documents.Count == 0) throw new Wrong(1, "it is empty");
            return documents;
        }

        private YamlNode Node(int depth)
        {
            var line = (int)(parser.Current?.Start.Line ?? 0);
            if (depth > bounds.Depth) throw new Wrong(line, $"it is nested deeper than {bounds.Depth}");
            if (++nodes > bounds.Nodes) throw new Wrong(line, $"it has more than {bounds.Nodes:N0} values");
            if (parser.TryConsume<AnchorAlias>(out var alias)) return Alias(line, alias.Value.Value);
            var name = parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored ? anchored.Anchor.Value : null;
            if (name is not null && !bounds.Anchors) throw new Wrong(line, "anchors are not allowed");
            if (bounds.Anchors && parser.Current is NodeEvent { Tag: { IsEmpty: false } tag } && !tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal)) throw new Wrong(line, $"the tag `{tag.Value}` is not understood");
            var before = nodes;
            var node = Value(line, depth);
            if (name is not null) anchors[name] = (node, nodes - before + 1);
            return node;
        }

        /// <summary>Counts as often as it is used: what a few lines would unfold to is bounded like what stands there.</summary>
        private YamlNode Alias(int line, string name)
        {
            if (!bounds.Anchors) throw new Wrong(line, "aliases are not allowed");
            if (!anchors.TryGetValue(name, out var found)) throw new Wrong(line, $"there is no anchor `{name}` before this line");
            nodes += found.Size;
            return nodes <= bounds.Nodes ? found.Node : throw new Wrong(line, $"its aliases unfold to more than {bounds.Nodes:N0} values");
        }

        private YamlNode Value(int line, int depth)
        {
            if (parser.TryConsume<Scalar>(out var scalar)) return new YamlText(line, scalar.Value) { IsPlain = scalar.Style == ScalarStyle.Plain };
            if (parser.TryConsume<SequenceStart>(out _))
            {
                var items = ImmutableArray.CreateBuilder<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
                return new YamlList(line, items.ToImmutable());
            }
            if (!parser.TryConsume<MappingStart>(out _)) throw new Wrong(line, "aliases are not allowed");
            var entries = ImmutableArray.CreateBuilder<(string Key, YamlNode Value)>();
            var merged = new List<YamlNode>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (Node(depth + 1) is not YamlText key) throw new Wrong(line, "a key is no text");
                var value = Node(depth + 1);
                if (bounds.Anchors && key is { Text: "<<", IsPlain: true }) merged.Add(value);
                else if (!keys.Add(key.Text)) throw new Wrong(key.Line, $"`{key.Text}` is there twice");
                else entries.Add((key.Text, value));
            }
            foreach (var map in merged.SelectMany(value => value is YamlList list ? list.Items : [value]))
                foreach (var entry in map is YamlMap from ? from.Entries : throw new Wrong(map.Line, "`<<` takes a map, or a list of maps"))
                    if (keys.Add(entry.Key)) entries.Add(entry);
            return new YamlMap(line, entries.ToImmutable());
        }
    }

    private sealed class Wrong(int line, string message) : Exception(message)
    {
        public int Line { get; } = line;
    }
}

internal sealed record YamlText(int Line, string Text) : YamlNode(Line)
{
    /// <summary>Whether it stands without quotes, so that it may be a number, a flag or nothing.</summary>
    public bool IsPlain { get; init; }

    /// <summary>What would be needed to know the text, a clause; null when it is known.</summary>
    public string? Needs { get; init; }

    public bool IsNothing => IsPlain && Text is "" or "~" or "null";
}

internal sealed record YamlList(int Line, ImmutableArray<YamlNode> Items) : YamlNode(Line);

internal sealed record YamlMap(int Line, ImmutableArray<(string Key, YamlNode Value)> Entries) : YamlNode(Line)
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
    public YamlMap Map(string key) => this[key] as YamlMap ?? new YamlMap(Line, []);

    /// <summary>The items of a list; none where there is no list.</summary>
    public ImmutableArray<YamlNode> List(string key) => this[key] is YamlList list ? list.Items : [];

    /// <summary>A text that is there; null for nothing and for what is no text.</summary>
    public YamlText? Text(string key) => this[key] is YamlText { IsNothing: false } text ? text : null;

    public string? String(string key) => Text(key)?.Text;

    /// <summary>YAML 1.1's flags, as Kubernetes and Compose read them; null where nothing is said.</summary>
    public bool? Flag(string key) => String(key)?.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };
}

/// <summary>How much of YAML is taken.</summary>
/// <param name="Depth">Lists and maps inside each other.</param>
/// <param name="Nodes">Values, those that aliases stand for counted each time.</param>
/// <param name="Anchors">Anchors, aliases and the merge key `&lt;&lt;`.</param>
/// <param name="ManyDocuments">More than one document.</param>
internal sealed record YamlBounds(int Depth, int Nodes, bool Anchors, bool ManyDocuments)
{
    /// <summary>Files of ours: a rule has some hundred values.</summary>
    public static readonly YamlBounds Strict = new(12, 100_000, Anchors: false, ManyDocuments: false);

    /// <summary>What describes a deployment: a rendered chart of the largest kind has some 100,000 values.</summary>
    public static readonly YamlBounds Deployment = new(64, 1_000_000, Anchors: true, ManyDocuments: true);
}
