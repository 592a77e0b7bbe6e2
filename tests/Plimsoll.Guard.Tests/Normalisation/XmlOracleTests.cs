using System.Xml;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>XML as expat (Python) and the base library read it: texts between tags and attributes, each with its path.</summary>
public sealed class XmlOracleTests
{
    private const string python = """
        import sys
        import xml.parsers.expat as expat
        def read(data):
            parser = expat.ParserCreate(namespace_separator=None)
            parser.ordered_attributes = True
            parser.buffer_text = True
            path, found, text, empty = [], [], [''], [False]
            def add(name, value): found.append(name.encode().hex() + '=' + value.encode().hex())
            def flush():
                if text[0].strip(' \t\r\n'): add('/' + '/'.join(path), text[0])
                text[0] = ''
            def start(name, attributes):
                flush()
                path.append(name)
                for i in range(0, len(attributes), 2): add('/' + '/'.join(path) + '/@' + attributes[i], attributes[i + 1])
            def end(name):
                flush()
                path.pop()
            def data_(value): text[0] += value
            parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data_
            parser.Parse(data, True)
            return found
        for line in sys.stdin:
            try: print(' '.join(read(bytes.fromhex(line.strip()))))
            # Also an encoding that expat does not know, which is another exception.
            except Exception: print('!')
        """;

    [Fact]
    public void Xml_without_a_note_is_the_same_for_all()
    {
        var random = new Random(4);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Xml(random))];
        var readings = inputs.Select(input => Reading.Body("text/xml", input)).ToArray();
        // Elements without anything are values of ours alone.
        var ours = readings.Select(reading => (OracleProgram.Pairs(reading.Values.Where(value => value.Origin == Origin.Xml && value.Layer == ValueEncoding.None && (value.Content.Length > 0 || value.Name.Contains('@'))).Select(value => (value.Name, value.Content))), !reading.Ambiguities.IsEmpty)).ToArray();
        string[] expat = [.. OracleProgram.Ask(inputs, "python3", "-c", python).Select(OracleProgram.Sorted)];
        string[] library = [.. inputs.Select(Library)];
        OracleProgram.Compare(inputs, ours, differ: false, ("expat", expat), (".NET", library));
        for (var i = 0; i < inputs.Length; i++)
            if (readings[i].Ambiguities.IsEmpty) Assert.False(expat[i] == "!" || library[i] == "!", $"{inputs[i]} is refused: {expat[i]} {library[i]}");
    }

    private static string Library(string input)
    {
        var found = new List<(string, string)>();
        var path = new List<string>();
        var text = "";
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(Reading.Bytes(input)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
            while (reader.Read())
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace) text += reader.Value;
                if (reader.NodeType is not (XmlNodeType.Element or XmlNodeType.EndElement)) continue;
                if (text.Trim(' ', '\t', '\r', '\n').Length > 0) found.Add(("/" + string.Join('/', path), text));
                text = "";
                if (reader.NodeType == XmlNodeType.EndElement)
                {
                    path.RemoveAt(path.Count - 1);
                    continue;
                }
                path.Add(reader.Name);
                var isEmpty = reader.IsEmptyElement;
                while (reader.MoveToNextAttribute()) found.Add(("/" + string.Join('/', path) + "/@" + reader.Name, reader.Value));
                if (isEmpty) path.RemoveAt(path.Count - 1);
            }
        }
        catch (XmlException)
        {
            return "!";
        }
        return OracleProgram.Pairs(found.Select(pair => (Utf8(pair.Item1), Utf8(pair.Item2))));
    }

    private static string Utf8(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
