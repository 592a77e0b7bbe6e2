using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Plimsoll.Scan.Policies;

/// <summary>A value of a YAML document: a text, a list, or members.</summary>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record YamlNode(int Line)
{
    /// <summary>Null for a list and for members.</summary>
    public string? Text { get; init; }

    /// <summary>Whether it stands without quotes, so that it may be a number, a flag or nothing.</summary>
    public bool IsPlain { get; init; }

    public IReadOnlyList<YamlNode>? Items { get; init; }

    public IReadOnlyList<(YamlNode Name, YamlNode Value)>? Members { get; init; }

    public bool IsNothing => IsPlain && Text is "" or "~" or "null";
}

/// <summary>Reads a YAML document that a person wrote into a tree in which everything knows its line. Anchors and further documents are refused.</summary>
internal sealed class YamlTree
{
    /// <summary>Levels of nesting; a policy has four.</summary>
    private const int MostLevels = 16;

    /// <summary>Values; ten thousand ignores of six fields have 130,000.</summary>
    private const int MostNodes = 200_000;

    private readonly Parser parser;
    private int nodes;

    private YamlTree(TextReader text) => parser = new Parser(text);

    /// <returns>Null for an empty document.</returns>
    /// <exception cref="YamlException">It breaks YAML's grammar or one of the bounds.</exception>
    public static YamlNode? Read(TextReader text)
    {
        var tree = new YamlTree(text);
        try
        {
            return tree.Document();
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or ArgumentException)
        {
            // The library's scanner does not expect every kind of broken text, nor that a tag is no URI.
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
    private ParsingEvent Next() => parser.Current is { } current || (parser.MoveNext() && (current = parser.Current) is not null) ? current : throw new YamlException("the document breaks off");

    private T Take<T>() where T : ParsingEvent
    {
        if (Next() is not T taken) throw Refused(Next(), "a value was expected here");
        parser.MoveNext();
        return taken;
    }

    private YamlNode Node(int level)
    {
        var at = Next();
        if (level > MostLevels) throw Refused(at, $"it is nested deeper than {MostLevels} levels");
        if (++nodes > MostNodes) throw Refused(at, $"it has more than {MostNodes:N0} values");
        if (at is AnchorAlias or NodeEvent { Anchor.IsEmpty: false }) throw Refused(at, "anchors and aliases are not read; write the value out");
        var line = (int)at.Start.Line;
        switch (at)
        {
            case Scalar scalar:
                Take<Scalar>();
                return new YamlNode(line) { Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain };
            case SequenceStart:
                Take<SequenceStart>();
                var items = new List<YamlNode>();
                while (Next() is not SequenceEnd) items.Add(Node(level + 1));
                Take<SequenceEnd>();
                return new YamlNode(line) { Items = items };
            default:
                Take<MappingStart>();
                var members = new List<(YamlNode, YamlNode)>();
                while (Next() is not MappingEnd) members.Add((Node(level + 1), Node(level + 1)));
                Take<MappingEnd>();
                return new YamlNode(line) { Members = members };
        }
    }

    private static YamlException Refused(ParsingEvent at, string message) => new(at.Start, at.End, message);
}
