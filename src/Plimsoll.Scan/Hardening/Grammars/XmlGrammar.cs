using System.Collections.Immutable;
using System.Xml;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// XML 1.0 as settings: an element is a block of its attributes and elements, or a setting with its text when it has neither. Namespaces are left out,
/// document types are passed over, and nothing outside of the text is read.
/// </summary>
internal static class XmlGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, IgnoreWhitespace = true });
        try
        {
            while (reader.Read())
                if (reader.NodeType == XmlNodeType.Element) settings.Add(Element(reader, file, 0));
            return new Parsed(settings.ToImmutable(), null);
        }
        catch (XmlException wrong)
        {
            var line = Math.Max(1, wrong.LineNumber);
            settings.Add(Setting.Gap("", [], Origin.At(file with { Line = line }, wrong.LinePosition), "what follows an error of the file"));
            return new Parsed(settings.ToImmutable(), new GrammarError(line, wrong.LinePosition, $"it is no XML: {wrong.Message.Split(" Line ")[0].TrimEnd('.')}"));
        }
    }

    private static Setting Element(XmlReader reader, Location file, int depth)
    {
        if (depth >= Parsed.MostDepth) throw new XmlException($"elements are nested deeper than {Parsed.MostDepth}", null, ((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition);
        var (name, origin, isEmpty) = (reader.LocalName, Here(reader, file), reader.IsEmptyElement);
        var children = ImmutableArray.CreateBuilder<Setting>();
        while (reader.MoveToNextAttribute())
            if (reader.Prefix != "xmlns" && reader.Name != "xmlns") children.Add(new Setting(reader.LocalName, [reader.Value], Here(reader, file)));
        var text = "";
        if (!isEmpty)
            while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
                if (reader.NodeType == XmlNodeType.Element) children.Add(Element(reader, file, depth + 1));
                else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) text += reader.Value;
        return children.Count == 0 && text.Length > 0 ? new Setting(name, [text.Trim()], origin) : Setting.Block(name, [], origin, children.ToImmutable());
    }

    private static Origin Here(XmlReader reader, Location file)
    {
        var at = (IXmlLineInfo)reader;
        return Origin.At(file with { Line = Math.Max(1, at.LineNumber) }, at.LinePosition);
    }
}
