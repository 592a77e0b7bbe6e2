using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>
/// Injections of markup from a grammar: leave the place where the value is pasted, then make the browser run script or load a stranger's. Candidates
/// only: <see cref="MarkupProof"/> says which are attacks.
/// </summary>
internal static class MarkupAttacks
{
    /// <summary>The place whose value a script of the page makes content of, twice, as editors do.</summary>
    public const string Inner = "inner HTML, twice";

    private const string head = "<!DOCTYPE html><html><head><title>Shop</title>";
    private const string body = head + "</head><body><h1>Shop</h1>";
    private const string end = "<p>All rights reserved.</p></body></html>";
    private static readonly string[] harmless = ["abc", "", "Tom & Jerry", "a < b", "3 > 2", "on=1", "it's", "javascript", "x=y onload", "<3"];
    private static readonly string[] unquoted = ["abc", "7", "a&b", "it's", "javascript:"];

    public static readonly PasteContext[] Contexts =
    [
        new("content", body + "<p>You searched for ", "</p>" + end, "", null, harmless),
        new("content of a cell", body + "<table><tr><td>", "</td></tr></table>" + end, "", null, harmless),
        new("attribute in double quotes", body + "<input type=\"text\" name=\"q\" value=\"", "\">" + end, "\"", null, "abc", "", "Tom & Jerry", "a < b > c", "it's", "<b>x</b>", "onclick=x"),
        new("attribute in single quotes", body + "<input type='text' name='q' value='", "'>" + end, "'", null, "abc", "", "Tom & Jerry", "a < b > c", "say \"x\"", "<b>x</b>", "onclick=x"),
        new("attribute without quotes", body + "<input type=text name=q value=", ">" + end, " ", null, unquoted),
        new("address of a link", body + "<a href=\"", "\">more</a>" + end, "", null, "/abc", "https://shop.test/", "x?y=javascript:1", "mailto:a@b.c", "#javascript:"),
        new("address of a frame", body + "<iframe src=\"", "\"></iframe>" + end, "", null, "/abc", "about:blank", "x?y=javascript:1"),
        new("title", "<!DOCTYPE html><html><head><title>", "</title></head><body>" + end, "</title>", null, harmless),
        new("head", head, "<script src=\"app.js\"></script></head><body>" + end, "", null, "abc", ""),
        new("text area", body + "<textarea name=t>", "</textarea>" + end, "</textarea>", null, [.. harmless, "<b>x</b>", "<script>x</script>"]),
        new("comment", body + "<!-- asked for: ", " -->" + end, "-->", null, harmless),
        new("string of a script", body + "<script>var q = '", "';</script>" + end, "</script>", null, "abc", "", "a < b", "<b>x</b>", "say \"x\""),
        new("style", head + "<style>p { color: ", " }</style></head><body>" + end, "</style>", null, "red", "", "#fff", "rgb(1, 2, 3)"),
        new(Inner, body + "<div id=a></div><div id=b></div><script>a.innerHTML = decodeURIComponent('", "'); b.innerHTML = a.innerHTML;</script>" + end, "", null, harmless),
    ];

    /// <summary>The same values for the same seed; the first n of a longer list are the shorter list.</summary>
    public static IEnumerable<Attack> Values(int seed, int count)
    {
        for (var i = 0; i < count; i++) yield return One(new Dice(unchecked(seed * 1_000_003 + i)));
    }

    /// <summary>The page with the value in it.</summary>
    public static byte[] Page(Attack attack) => attack.Context.Name == Inner ? attack.Context.Around(Encoding.ASCII.GetBytes(Escaped(attack.Value))) : attack.Whole;

    private static string Escaped(byte[] value) => string.Concat(value.Select(letter => $"%{letter:X2}"));

    private static Attack One(Dice dice)
    {
        var context = dice.Of(Contexts);
        var parts = new MarkupParts(dice);
        var (kind, value) = context.Name switch
        {
            "address of a link" or "address of a frame" when !dice.OneIn(3) => ("address", parts.Address()),
            "head" => dice.Of(("head", parts.Head()), ("script", parts.Script()), ("style sheet", parts.Sheet())),
            Inner => dice.OneIn(3) ? ("mutation", parts.Mutation()) : Element(dice, parts, inner: true),
            "attribute in double quotes" or "attribute in single quotes" or "attribute without quotes" when dice.OneIn(2) => ("handler in a tag", Inside(dice, parts, context)),
            "attribute in double quotes" or "attribute in single quotes" or "attribute without quotes" or "address of a link" or "address of a frame" => Left(dice, parts, dice.Of("", "x") + (context.Name.StartsWith("address", StringComparison.Ordinal) ? "\"" : context.Leave.Trim()) + (context.Name.EndsWith("frame", StringComparison.Ordinal) ? "></iframe>" : ">")),
            _ => Left(dice, parts, dice.Of("", "x", "1 ", "hello ") + Cased(dice, context.Leave)),
        };
        return new(kind, context, Encoding.UTF8.GetBytes(value));
    }

    private static string Cased(Dice dice, string leave) => leave switch
    {
        "-->" => dice.Of("-->", "--!>", "--><!-- -->", "->-->", "--   -->"),
        ['<', ..] => dice.Of(leave, leave, leave.ToUpperInvariant(), leave[..^1] + dice.Of(" ", "\n", "/", " x=1", "\t/") + ">"),
        _ => leave,
    };

    private static (string, string) Left(Dice dice, MarkupParts parts, string leave)
    {
        var (kind, value) = Element(dice, parts, inner: false);
        return (kind, leave + value + (dice.OneIn(4) ? dice.Of("<!--", "<x ", "<b a=\"", "//") : ""));
    }

    private static (string, string) Element(Dice dice, MarkupParts parts, bool inner) => dice.Below(inner ? 7 : 10) switch
    {
        0 or 1 => ("handler that fires", parts.Firing()),
        2 or 3 => ("handler", parts.Handler()),
        4 => ("link or form", parts.Link()),
        5 => ("frame", parts.Frame()),
        6 => ("svg or math", parts.Svg()),
        7 => ("style sheet", parts.Sheet()),
        _ => ("script", parts.Script()),
    };

    /// <summary>Adds attributes to the tag that stands open.</summary>
    private static string Inside(Dice dice, MarkupParts parts, PasteContext context)
    {
        var quote = context.Leave.Trim();
        var handler = dice.OneIn(2) ? parts.Attribute(dice.Of("onfocus", "onfocusin")) + parts.Blank() + dice.Of("autofocus", "AUTOFOCUS", "autofocus=1") : parts.Attribute(parts.Event());
        return dice.Of("", "x", "1") is var start && quote.Length == 0 ? (start.Length == 0 ? "x" : start) + dice.Of(" ", "\t", "\n", "\f", "  ") + handler + " x" : start + quote + dice.Of("", " ", "\t", "/", "\n", " x ") + handler + dice.Of($" x={quote}", $" {quote}", $"\ty={quote}");
    }
}
