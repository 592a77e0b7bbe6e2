using System.Text;
using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.Tests.Injection;

public sealed class MarkupInjectionTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", InjectionKind.Element)]
    [InlineData("<scr\0ipt>alert(1)</script>", InjectionKind.Element)]
    [InlineData("<SCRIPT/x SRC=//h/x.js>", InjectionKind.Element)]
    [InlineData("</title><script>alert(1)//", InjectionKind.Element)]
    [InlineData("--><script>location='//h'</script>", InjectionKind.Element)]
    [InlineData("<iframe srcdoc=\"&lt;script&gt;\">", InjectionKind.Element)]
    [InlineData("<object data=//h/x>", InjectionKind.Element)]
    [InlineData("<base href=//h/>", InjectionKind.Element)]
    [InlineData("<meta http-equiv=refresh content=0;url=//h>", InjectionKind.Element)]
    [InlineData("<img src=x onerror=alert(1)", InjectionKind.Handler)]
    [InlineData("<svg/onload=alert`1`>", InjectionKind.Handler)]
    [InlineData("<img src=\"x\" onerror = \"&#97;lert(1)\">", InjectionKind.Handler)]
    [InlineData("<svg><set attributeName=onmouseover to=alert(1)>", InjectionKind.Handler)]
    [InlineData("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", InjectionKind.Handler)]
    [InlineData("\" autofocus onfocus=alert(1) x=\"", InjectionKind.Handler)]
    [InlineData("x onmouseover=alert(1)", InjectionKind.Handler)]
    [InlineData("javascript:alert(1)", InjectionKind.Scheme)]
    [InlineData("<a href=\" &#14; java\tscript&colon;alert(1)\">", InjectionKind.Scheme)]
    [InlineData("<button formaction=&#x6a;avascript:alert(1)>", InjectionKind.Scheme)]
    [InlineData("<svg><animate attributeName=href values=javascript:alert(1)>", InjectionKind.Scheme)]
    [InlineData("data:text/html;base64,PHN2Zz4=", InjectionKind.Scheme)]
    [InlineData("'-alert(1)-'", InjectionKind.Script)]
    [InlineData("\";alert(1)//", InjectionKind.Script)]
    internal void What_executes_or_loads_is_named(string value, InjectionKind kind) =>
        Assert.Equal(kind, MarkupInjection.Judge(Encoding.UTF8.GetBytes(value)).Kind);

    [Theory]
    [InlineData("a < b and c > d")]
    [InlineData("use the <script> element, not <style>")]
    [InlineData("git show <object>")]
    [InlineData("List<Script> scripts")]
    [InlineData("JavaScript: The Definitive Guide (7th edition)")]
    [InlineData("<b>bold</b> and <a href=\"https://example.org/?a=1\">a link</a>")]
    [InlineData("<img src=\"cat.png\" alt=\"a cat\">")]
    [InlineData("she said \"once\" online=yes")]
    [InlineData("return f\"<Marker('{self}')>\"")]
    [InlineData("print('a' + b(c) + 'd')")]
    [InlineData("data: text, numbers")]
    [InlineData("")]
    public void Ordinary_text_is_not_an_injection(string value) => Assert.Equal(default, MarkupInjection.Judge(Encoding.UTF8.GetBytes(value)));
}
