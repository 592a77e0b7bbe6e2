using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>A document of YAML without anchors, aliases and tags: all that a rule file needs. Lines count from 1.</summary>
internal abstract record YamlNode(int Line)
{
    /// <summary>Lists and maps inside each other.</summary>
    private const int MostDepth = 12;

    /// <returns>Null when it cannot be read; the error then says why, with the line.</returns>
    public static YamlNode? Parse(string text, out (int Line, string Message) error)
    {
        error = default;
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _)) throw new Wrong(1, "it is empty");
            var root = Read(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw new Wrong((int)parser.Current!.Start.Line, "it has a second document");
            return root;
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

    private static YamlNode Read(Parser parser, int depth)
    {
        var line = (int)(parser.Current?.Start.Line ?? 0);
        if (depth > MostDepth) throw new Wrong(line, $"it is nested deeper than {MostDepth}");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false }) throw new Wrong(line, "anchors are not allowed");
        if (parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar)) return new YamlText(line, scalar.Value);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = ImmutableArray.CreateBuilder<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, depth + 1));
            return new YamlList(line, items.ToImmutable());
        }
        if (!parser.TryConsume<MappingStart>(out _)) throw new Wrong(line, "aliases are not allowed");
        var entries = ImmutableArray.CreateBuilder<(string, YamlNode)>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Read(parser, depth + 1) is not YamlText key) throw new Wrong(line, "a key is no text");
            if (!keys.Add(key.Text)) throw new Wrong(key.Line, $"`{key.Text}` is there twice");
            entries.Add((key.Text, Read(parser, depth + 1)));
        }
        return new YamlMap(line, entries.ToImmutable());
    }

    private sealed class Wrong(int line, string message) : Exception(message)
    {
        public int Line { get; } = line;
    }
}

internal sealed record YamlText(int Line, string Text) : YamlNode(Line);

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
}
