using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Plimsoll.Yaml;

/// <summary>What is wrong with a text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">A clause.</param>
/// <param name="Remedy">What to do, a clause.</param>
public sealed record YamlFault(int Line, int Column, string Message, string Remedy)
{
    public string Sentence => $"{Message}; {Remedy}";
}

/// <summary>A text of YAML 1.1 or 1.2 as trees in which everything knows its place.</summary>
/// <param name="Documents">None when the text breaks YAML's grammar or a bound.</param>
/// <param name="Faults">Of a key that is there twice the first stays.</param>
public sealed record YamlReading(ImmutableArray<YamlNode> Documents, ImmutableArray<YamlFault> Faults)
{
    /// <summary>The one document of a file of ours; null when it is empty.</summary>
    public YamlNode? Root => Documents.IsEmpty ? null : Documents[0];

    public static YamlReading Read(ReadOnlySpan<byte> utf8, YamlBounds bounds)
    {
        try
        {
            return Read(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8), bounds);
        }
        catch (DecoderFallbackException)
        {
            return new([], [new(1, 1, "the file is not UTF-8", "save it as UTF-8")]);
        }
    }

    public static YamlReading Read(string text, YamlBounds bounds) => new Reader(text, bounds).Read();

    private sealed class Reader(string text, YamlBounds bounds)
    {
        private readonly Parser parser = new(new StringReader(text.TrimStart('\uFEFF')));
        private readonly Dictionary<string, (YamlNode Node, int Size)> anchors = new(StringComparer.Ordinal);
        private readonly ImmutableArray<YamlFault>.Builder faults = ImmutableArray.CreateBuilder<YamlFault>();
        private int nodes;

        public YamlReading Read()
        {
            try
            {
                return new(Documents(), faults.ToImmutable());
            }
            catch (Refusal refused)
            {
                faults.Add(refused.Fault);
            }
            catch (YamlException broken)
            {
                faults.Add(NoYaml(broken.Start, $": {broken.Message.Split('\n')[0].TrimEnd('.')}"));
            }
            catch (Exception thrown) when (thrown is InvalidOperationException or ArgumentException)
            {
                // The library's scanner does not expect every kind of broken text, nor that a tag is no URI.
                faults.Add(NoYaml(parser.Current?.Start ?? Mark.Empty, " from here on"));
            }
            return new([], faults.ToImmutable());
        }

        private static YamlFault NoYaml(Mark at, string how) => new((int)at.Line, (int)at.Column, "it is no YAML" + how, "look at the indentation and the quotes");

        private ImmutableArray<YamlNode> Documents()
        {
            var documents = ImmutableArray.CreateBuilder<YamlNode>();
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out var start))
            {
                if (documents.Count > 0 && !bounds.IsForeign) throw new Refusal(start.Start, "a second document begins here", "leave one in the file");
                anchors.Clear();
                documents.Add(Node(0));
                parser.Consume<DocumentEnd>();
            }
            return documents.ToImmutable();
        }

        private YamlNode Node(int depth)
        {
            var at = parser.Current?.Start ?? Mark.Empty;
            if (depth > bounds.Depth) throw new Refusal(at, $"it is nested deeper than {bounds.Depth} levels", "write it flatter");
            if (++nodes > bounds.Nodes) throw new Refusal(at, $"it has more than {bounds.Nodes:N0} values", "take some out");
            if (parser.TryConsume<AnchorAlias>(out var alias)) return Alias(at, alias.Value.Value);
            var named = parser.Current as NodeEvent;
            if (named is { Tag: { IsEmpty: false } tag })
            {
                if (!bounds.IsForeign) throw new Refusal(at, "tags are not read", "write the value without");
                if (!tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal)) throw new Refusal(at, $"the tag `{tag.Value}` is not understood", "write the value without");
            }
            if (named is not { Anchor.IsEmpty: false }) return Value(at, depth);
            if (!bounds.IsForeign) throw NoAnchors(at);
            var before = nodes;
            var node = Value(at, depth);
            anchors[named.Anchor.Value] = (node, nodes - before + 1);
            return node;
        }

        /// <summary>Counts as often as it is used: what a few lines would unfold to is bounded like what stands there.</summary>
        private YamlNode Alias(Mark at, string name)
        {
            if (!bounds.IsForeign) throw NoAnchors(at);
            if (!anchors.TryGetValue(name, out var found)) throw new Refusal(at, $"there is no anchor `{name}` before this line", "write the value out");
            nodes += found.Size;
            return nodes <= bounds.Nodes ? found.Node : throw new Refusal(at, $"its aliases unfold to more than {bounds.Nodes:N0} values", "take some out");
        }

        private YamlNode Value(Mark at, int depth)
        {
            var (line, column) = ((int)at.Line, (int)at.Column);
            if (parser.TryConsume<Scalar>(out var scalar)) return new YamlText(line, column, scalar.Value) { IsPlain = scalar.Style == ScalarStyle.Plain };
            if (parser.TryConsume<SequenceStart>(out _))
            {
                var items = ImmutableArray.CreateBuilder<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
                return new YamlList(line, column, items.ToImmutable());
            }
            parser.Consume<MappingStart>();
            return new YamlMap(line, column, Entries(depth + 1));
        }

        private ImmutableArray<YamlEntry> Entries(int depth)
        {
            var entries = ImmutableArray.CreateBuilder<YamlEntry>();
            var merged = new List<YamlNode>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var (key, value) = (Node(depth), Node(depth));
                if (key is not YamlText name) faults.Add(new(key.Line, key.Column, "a name was expected here", "write `name: value`"));
                else if (bounds.IsForeign && name is { Text: "<<", IsPlain: true }) merged.Add(value);
                else if (!keys.Add(name.Text)) faults.Add(new(name.Line, name.Column, $"`{name.Text}` is there twice", "keep one of them"));
                else entries.Add(new(name, value));
            }
            foreach (var from in merged.SelectMany(value => value is YamlList list ? list.Items : [value]))
                if (from is not YamlMap map) faults.Add(new(from.Line, from.Column, "`<<` takes a map, or a list of maps", "write the values out"));
                else entries.AddRange(map.Entries.Where(entry => keys.Add(entry.Key)));
            return entries.ToImmutable();
        }

        private static Refusal NoAnchors(Mark at) => new(at, "anchors and aliases are not read", "write the value out");
    }

    private sealed class Refusal(Mark at, string message, string remedy) : Exception(message)
    {
        public YamlFault Fault { get; } = new((int)at.Line, (int)at.Column, message, remedy);
    }
}
