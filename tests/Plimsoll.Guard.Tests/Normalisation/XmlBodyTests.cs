using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class XmlBodyTests
{
    public static TheoryData<string, string[], string> Examples => new()
    {
        { "<a>x</a>", ["/a=x"], "" },
        { "<?xml version=\"1.0\" encoding='UTF-8'?>\n<a b=\"1\" c='2'><d>x</d>y</a>\n", ["/a/@b=1", "/a/@c=2", "/a/d=x", "/a=y"], "" },
        { "<a/>", ["/a="], "" },
        { "<a>\r\n x &lt;&#65;&#x42;&amp; </a>", ["/a=\n x <AB& "], "" },
        { "<a b=' x\t&#9;y\r\n'/>", ["/a/@b= x \ty ", "/a="], "" },
        { "<p:a xmlns:p='u' p:b='1'/>", ["/p:a/@xmlns:p=u", "/p:a/@p:b=1", "/p:a="], "" },
        { "<a><!-- c --><b/></a>", ["/a/b="], "" },
        { "<a>x<![CDATA[<y>]]>z</a>", ["/a=x<y>z"], "XmlCdata" },
        { "<a>x<!---->y</a>", ["/a=xy"], "XmlSplitText" },
        { "<a>x<?p i?>y</a>", ["/a=xy"], "XmlSplitText XmlInstruction" },
        { "<?xml-stylesheet href='x'?><a/>", ["/a="], "XmlInstruction" },
        { "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", [], "XmlDoctype" },
        { "<a>&e;</a>", ["/a=&e;"], "XmlEntity" },
        { "<a>&e</a>", [], "XmlSyntax" },
        { "<a>&#x110000;</a>", [], "XmlSyntax" },
        { "<a>&#0;</a>", ["/a=\0"], "XmlCharacter" },
        { "<a>\u0001</a>", ["/a=\u0001"], "XmlCharacter" },
        { "<a>ÿ</a>", ["/a=ÿ"], "InvalidUtf8" },
        { "<q:a/>", ["/q:a="], "XmlUnboundPrefix" },
        { "<a b='1' b='2'/>", ["/a/@b=1"], "XmlSyntax" },
        { "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", ["/a/@xmlns:p=u", "/a/@xmlns:q=u", "/a/@p:b=1", "/a/@q:b=2"], "XmlSyntax" },
        { "<a></b>", [], "XmlSyntax" },
        { "<a>", [], "XmlSyntax" },
        { "<a/><b/>", ["/a="], "XmlSyntax" },
        { "x<a/>", [], "XmlSyntax" },
        { "<a b=1/>", [], "XmlSyntax" },
        { "<a b='<'/>", [], "XmlSyntax" },
        { "<a b='1'c='2'/>", ["/a/@b=1"], "XmlSyntax" },
        { "<a>]]></a>", [], "XmlSyntax" },
        { "<a><!-- -- --></a>", [], "XmlSyntax" },
        { "<1/>", [], "XmlSyntax" },
        { "<?xml version='1.0' encoding='utf-16'?><a/>", [], "XmlEncoding" },
        { "<?xml version='1.1'?><a/>", [], "XmlSyntax" },
        { "þÿ\0<\0a", [], "XmlEncoding XmlCharacter NulByte InvalidUtf8" },
        { "<?xml encoding='utf-8' version='1.0'?><a/>", [], "XmlSyntax" },
        { "<?xml version='1.0' standalone='maybe'?><a/>", [], "XmlSyntax" },
        { "<?xml version='1.0' encoding='utf-8' standalone='yes' ?><a/>", ["/a="], "" },
        { "<?xml version='1.0' x='1'?><a/>", [], "XmlSyntax" },
        { "<?xml ?><a/>", [], "XmlSyntax" },
        { "\u00ef\u00bb\u00bf<a/>", ["/a="], "ByteOrderMark" },
        { " <?xml version='1.0'?><a/>", [], "XmlSyntax" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void Xml_is_read(string text, string[] pairs, string kinds) => Reading.Body("application/xml", text).Is(Origin.Xml, pairs, kinds);
}
