using System.Text;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Markup;

/// <summary>
/// An XML or HTML document that goes out while it is written. Names of elements and attributes are literals of this program;
/// every text and every value is cleaned and escaped here, and there is no other way to write one: what comes out of an
/// image cannot become markup. A <see cref="PageAsset"/> is the only thing that is written as it is.
/// </summary>
internal sealed class MarkupPage : IDisposable
{
    private readonly StreamWriter writer;
    private readonly bool isXml;
    private readonly Stack<string> open = [];
    private bool inTag;

    private MarkupPage(Stream to, bool isXml)
    {
        writer = new StreamWriter(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        this.isXml = isXml;
    }

    /// <summary>Leaves <paramref name="to"/> open.</summary>
    public static MarkupPage Xml(Stream to)
    {
        var page = new MarkupPage(to, isXml: true);
        page.writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        return page;
    }

    /// <summary>Leaves <paramref name="to"/> open.</summary>
    public static MarkupPage Html(Stream to)
    {
        var page = new MarkupPage(to, isXml: false);
        page.writer.Write("<!doctype html>\n");
        return page;
    }

    /// <summary>Begins an element; attributes follow, then its content.</summary>
    /// <param name="name">A literal.</param>
    public MarkupPage Open([System.Diagnostics.CodeAnalysis.ConstantExpected] string name)
    {
        EndTag();
        writer.Write('<');
        writer.Write(name);
        open.Push(name);
        inTag = true;
        return this;
    }

    /// <summary>An attribute of the element just begun.</summary>
    /// <param name="name">A literal.</param>
    public MarkupPage Attribute([System.Diagnostics.CodeAnalysis.ConstantExpected] string name, string value)
    {
        writer.Write(' ');
        writer.Write(name);
        writer.Write("=\"");
        Escape(SafeText.Clean(value));
        writer.Write('"');
        return this;
    }

    public MarkupPage Attribute([System.Diagnostics.CodeAnalysis.ConstantExpected] string name, long value)
    {
        writer.Write(' ');
        writer.Write(name);
        writer.Write("=\"");
        writer.Write(value);
        writer.Write('"');
        return this;
    }

    /// <summary>An attribute that only is there or not.</summary>
    public MarkupPage Flag([System.Diagnostics.CodeAnalysis.ConstantExpected] string name, bool isSet = true)
    {
        if (!isSet) return this;
        writer.Write(' ');
        writer.Write(name);
        return this;
    }

    public MarkupPage Text(string? text)
    {
        EndTag();
        Escape(SafeText.Clean(text));
        return this;
    }

    /// <summary>Ends the element begun last.</summary>
    public MarkupPage Close()
    {
        var name = open.Pop();
        if (inTag && isXml)
        {
            writer.Write("/>");
            inTag = false;
            return this;
        }
        EndTag();
        writer.Write("</");
        writer.Write(name);
        writer.Write('>');
        return this;
    }

    /// <summary>Ends an element of HTML that has no content and no end tag: `meta`, `input`, `br`.</summary>
    public MarkupPage Void()
    {
        open.Pop();
        EndTag();
        return this;
    }

    /// <summary>An element with nothing but text.</summary>
    public MarkupPage Element([System.Diagnostics.CodeAnalysis.ConstantExpected] string name, string? text) => Open(name).Text(text).Close();

    /// <summary>An element with a class and nothing but text.</summary>
    public MarkupPage Element([System.Diagnostics.CodeAnalysis.ConstantExpected] string name, string style, string? text) => Open(name).Attribute("class", style).Text(text).Close();

    /// <summary>Ends a line of the document, where that changes nothing.</summary>
    public MarkupPage Line()
    {
        EndTag();
        writer.Write('\n');
        return this;
    }

    public MarkupPage Asset(PageAsset asset)
    {
        EndTag();
        writer.Write(asset.Text);
        return this;
    }

    public void Dispose() => writer.Dispose();

    private void EndTag()
    {
        if (!inTag) return;
        writer.Write('>');
        inTag = false;
    }

    private void Escape(string cleaned)
    {
        var rest = cleaned.AsSpan();
        while (rest.IndexOfAny(special) is >= 0 and var at)
        {
            writer.Write(rest[..at]);
            writer.Write(rest[at] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                // Characters that XML has no way to write (XML 1.0, production 2).
                '\ufffe' => @"\ufffe",
                _ => @"\uffff",
            });
            rest = rest[(at + 1)..];
        }
        writer.Write(rest);
    }

    private static readonly System.Buffers.SearchValues<char> special = System.Buffers.SearchValues.Create("&<>\"'\ufffe\uffff");
}
