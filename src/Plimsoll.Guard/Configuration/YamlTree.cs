using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Plimsoll.Guard.Configuration;

/// <summary>A value of a YAML document: a text, a list, or members. Line and column are where it begins, from 1.</summary>
internal sealed record YamlNode(int Line, int Column)
{
    /// <summary>Null for a list and for members.</summary>
    public string? Text { get; init; }

    /// <summary>Whether it stands without quotes, so that nothing may be written as `~` or `null`.</summary>
    public bool IsPlain { get; init; }

    public IReadOnlyList<YamlNode>? Items { get; init; }
    public IReadOnlyList<(YamlNode Name, YamlNode Value)>? Members { get; init; }

    public bool IsNothing => IsPlain && Text is "" or "~" or "null";
}

/// <summary>One YAML document as a tree in which everything knows its place. Anchors, tags and further documents are refused.</summary>
internal sealed class YamlTree
{
    /// <summary>Levels of nesting; a configuration has six.</summary>
    private const int mostLevels = 16;

    /// <summary>Values; 256 sites of a hundred values have 25,600.</summary>
    private const int mostNodes = 100_000;

    private readonly Parser parser;
    private readonly int most;
    private int nodes;

    private YamlTree(TextReader text, int most) => (parser, this.most) = (new(text), most);

    /// <param name="most">Values that it may have.</param>
    /// <returns>Null for an empty document.</returns>
    /// <exception cref="YamlException">It breaks YAML's grammar or a bound.</exception>
    public static YamlNode? Read(TextReader text, int most = mostNodes)
    {
        var tree = new YamlTree(text, most);
        try
        {
            return tree.Document();
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or ArgumentException)
        {
            // The library's scanner does not expect every kind of broken text.
            throw tree.parser.Current is { } last ? Refused(last, "it cannot be read on from here") : new YamlException("it cannot be read");
        }
    }

    private YamlNode? Document()
    {
        Take<StreamStart>();
        if (Next() is StreamEnd) return null;
        Take<DocumentStart>();
        var root = Node(0);
        Take<DocumentEnd>();
        return Next() is StreamEnd ? root : throw Refused(Next(), "a second document begins here; one is read");
    }

    /// <summary>The event that comes next, which stays.</summary>
    private ParsingEvent Next() => parser.Current ?? (parser.MoveNext() ? parser.Current : null) ?? throw new YamlException("the document breaks off");

    private T Take<T>() where T : ParsingEvent
    {
        if (Next() is not T taken) throw Refused(Next(), "a value was expected here");
        parser.MoveNext();
        return taken;
    }

    private YamlNode Node(int level)
    {
        var at = Next();
        if (level > mostLevels) throw Refused(at, $"it is nested deeper than {mostLevels} levels");
        if (++nodes > most) throw Refused(at, $"it has more than {most:N0} values");
        if (at is AnchorAlias or NodeEvent { Anchor.IsEmpty: false }) throw Refused(at, "anchors and aliases are not read; write the value out");
        if (at is NodeEvent { Tag.IsEmpty: false }) throw Refused(at, "tags are not read; write the value without");
        var place = new YamlNode((int)at.Start.Line, (int)at.Start.Column);
        switch (at)
        {
            case Scalar:
                var scalar = Take<Scalar>();
                return place with { Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain };
            case SequenceStart:
                Take<SequenceStart>();
                var items = new List<YamlNode>();
                while (Next() is not SequenceEnd) items.Add(Node(level + 1));
                Take<SequenceEnd>();
                return place with { Items = items };
            default:
                Take<MappingStart>();
                var members = new List<(YamlNode, YamlNode)>();
                while (Next() is not MappingEnd) members.Add((Node(level + 1), Node(level + 1)));
                Take<MappingEnd>();
                return place with { Members = members };
        }
    }

    private static YamlException Refused(ParsingEvent at, string message) => new(at.Start, at.End, message);
}
