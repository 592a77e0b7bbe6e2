namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Inputs made of what the grammars turn on.</summary>
internal static class Inputs
{
    private static readonly string[] path = ["/", "/", "/", "a", "b", "A", "1", ".", "..", "...", "/./", "/../", "//", "%2e", "%2E%2e", "%2f", "%5c", "\\", ";", ";v=1", "%3b", "%00", "%20", "%25", "%2561", "%61", "%7e", "~", "-", "_", "%c3%a9", "%e2%82%ac", "%c0%af", "%ff", "%", "%4", "%zz", "%u002e", "+", "%2b", "@", ":", "%3a", "%40", "!", "*", "'", "(", "%28", ",", "=", "%3d", "&", "%26", "$", "%0a", "%7f", "%3f", "%23", "|", "^", "%ef%bc%8f", "{", "\"", "<", "index.html", ".php"];
    private static readonly string[] query = ["a", "b", "c", "A", "=", "=", "=", "&", "&", "&", "%41", "%3d", "%26", "%2B", "+", "%20", "%", "%4", "%zz", "%u0041", ";", "[", "]", "a[b]", "[]", ".", "%5b", "%2e", "%00", "%c3%a9", "%c0%af", "%ff", "%e2%82", "x", "1", "0", "?", "/", "_", "-", "'", "\"", "*", "__", "é", "%0a", "_charset_", "%EF%BB%BF", "%F0%9F%98%80", "value", "%ED%A0%80"];
    private static readonly string[] cookie = ["a", "b", "c", "A", "=", "=", "=", ";", "; ", "; ", "; ", ";  ", "\"", "\"x\"", "\"x;y\"", "\"\\\"\"", ",", ", ", "%41", "%", "%zz", "+", "$Version", "$Path", "path", "expires", "Secure", "[", "]", ".", "_", "-", "x", "1", "value", " ", "\t", "\\", ":", "/", "{", "(", "é", "__Host-a", "==", "@", "?", "'", "!", "~", "|"];
    private static readonly string[] json = ["{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "\"\"", "1", "0", "-1", "1.5", "1e3", "12345678901234567890", "1e999", "-0", "01", ".5", "1.", "+1", "NaN", "Infinity", "0x1", "true", "false", "null", "True", "\"\\u00e9\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\x\"", "\"\\n\"", "\"\t\"", "\"é\"", "\"\\u0000\"", " ", "\n", "//x\n", "/*x*/", "'a'", "a", "\u00ef\u00bb\u00bf", "\"a~/b\"", "\"A\"", "{\"a\":1,", "[1,", ",\"b\":2}", ",2]", "{\"k\":", "}", "\"\u00ff\"", "{}", "[]"];
    private static readonly string[] xml = ["<a>", "</a>", "<b>", "</b>", "<a/>", "<b x=\"1\"/>", "<b x='1' x='2'/>", "<b x=\"a&amp;b\">", "text", "&lt;", "&#65;", "&#x41;", "&e;", "&", "<!-- c -->", "<![CDATA[<x>]]>", "<?p i?>", "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "<?xml version='1.0' encoding='latin1'?>", "<!DOCTYPE a>", " ", "\r\n", "]]>", "<p:a xmlns:p=\"u\">", "</p:a>", "<q:a/>", "\u0001", "&#1;", "é", "<a b=c>", "<b\n x = '1\t2'>", "<", ">", "--", "<a a='<'>", "<b xmlns='d'>", "<!---->", "<!-- -- -->"];
    private static readonly string[] lines = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"];

    /// <summary>The words of bodies, by content type, and some that make naive readers slow.</summary>
    public static IEnumerable<(string Type, string[] Words)> Words =>
    [
        ("application/x-www-form-urlencoded", [.. query, "&", "a=1&"]), ("application/json", [.. json, "[", "{\"a\":", "\"a\":1,", "1,", "{\"a\":1},"]), ("application/xml", [.. xml, "<a ", " a='1'", "   ", " <!---->", "&#x41;"]),
        ("multipart/form-data; boundary=B", ["--B", "\r\n--B\r\n", "-", "--", "\r\n--", "a:b\r\n", "\r\n", "x", "\r\n--B\r\nContent-Disposition: form-data; name=a\r\n\r\n"]), ("multipart/form-data; boundary=----------------------------------------------------------------------", ["-", "------------------------------------------------------------------------x"]),
        ("text/plain", ["{", "[", "\\u{", "\\u", "&#", "&#1", "&", "%25", "%", "QUFB", "{\"a\":", "\\u0025", "&amp;", "=", "data:;base64,"]),
    ];

    /// <summary>A Content-Type of a body with the boundary `B`.</summary>
    public static string MultipartType(Random random)
    {
        string[] odd = [";", "; ", " ", "\"", "\\", "=", "boundary=C", "; boundary=C", "; boundary=\"C\"", "; charset=utf-8", "; charset=\"utf-8\"", "; BOUNDARY=C", "; boundary*=C", "; boundary*0=B", ",", "'", "; x=y", "; x=\"a;boundary=C\"", "; x=\"", "(c)", "\t"];
        var type = random.Next(5) == 0 ? "Multipart/Form-Data" : "multipart/form-data";
        var text = type + (random.Next(4) == 0 ? ";" : "; ") + (random.Next(4) == 0 ? "charset=utf-8; " : "") + (random.Next(3) switch { 0 => "boundary=\"B\"", 1 => "Boundary=B", _ => "boundary=B" }) + (random.Next(5) == 0 ? "; x=y" : "");
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var at = type.Length + random.Next(text.Length + 1 - type.Length);
            text = text[..at] + odd[random.Next(odd.Length)] + text[at..];
        }
        return text.Trim(' ', '\t');
    }

    public static string Path(Random random) => "/" + Join(random, path, 8);

    public static string Query(Random random) => random.Next(2) == 0 ? Join(random, query, 12) : Fields(random, "&", query);

    public static string Cookie(Random random) => random.Next(2) == 0 ? Join(random, cookie, 12) : Fields(random, "; ", cookie);

    /// <summary>Mostly well-formed, now and then damaged.</summary>
    public static string Xml(Random random)
    {
        if (random.Next(4) == 0) return Join(random, xml, 10);
        var text = (random.Next(4) == 0 ? "<?xml version='1.0' encoding=\"UTF-8\"?>\n" : "") + Element(random, 0) + (random.Next(4) == 0 ? "\n" : "");
        if (random.Next(3) > 0) return text;
        var at = random.Next(text.Length);
        return text[..at] + xml[random.Next(xml.Length)] + text[(random.Next(2) == 0 ? at : at + 1)..];
    }

    /// <summary>Mostly JSON, now and then damaged.</summary>
    public static string Json(Random random)
    {
        if (random.Next(4) == 0) return Join(random, json, 10);
        var text = Value(random, 0);
        if (random.Next(3) > 0) return text;
        var at = random.Next(text.Length);
        return text[..at] + json[random.Next(json.Length)] + text[(random.Next(2) == 0 ? at : at + 1)..];
    }

    /// <summary>A body of multipart/form-data with the boundary `B`, mostly right.</summary>
    public static string Multipart(Random random)
    {
        var text = new System.Text.StringBuilder();
        var damage = random.Next(3) == 0 ? 0 : 12;
        if (Odd()) text.Append("preamble").Append(Line());
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            text.Append(Odd() ? "--B " : "--B").Append(Line());
            var name = random.Next(8) switch { 0 => "name=a", 1 => "name=\"b\\\"c\"", 2 when Odd() => "name=\"a\"; name=\"b\"", 3 when Odd() => "", 4 => "name=\"c d\"", _ => $"name=\"{(char)('a' + random.Next(6))}{parts}\"" };
            var file = random.Next(8) switch { 0 => "; filename=\"f.txt\"", 1 => "; filename=\"\"", 2 when Odd() => "; filename*=UTF-8''x.txt", 5 => "; filename=f.txt; filename*=utf-8''f.txt", 6 when Odd() => "; filename=f.txt; filename*=utf-8''g.txt", 3 when Odd() => "; filename=\"a/b.txt\"", 4 when Odd() => "; filename=\"x\"; filename=\"y\"", _ => "" };
            text.Append(Odd() ? "content-disposition:" : "Content-Disposition: ").Append(Odd() ? "attachment" : "form-data").Append("; ").Append(name).Append(file).Append(Line());
            if (Odd()) text.Append("Content-Transfer-Encoding: base64").Append(Line());
            if (Odd()) text.Append(" folded").Append(Line());
            if (random.Next(4) == 0) text.Append("Content-Type: text/plain").Append(Line());
            if (Odd()) text.Append("X Y").Append(Line());
            text.Append(Line());
            for (var pieces = random.Next(4); pieces > 0; pieces--) text.Append(random.Next(9) switch { 0 => "value", 1 => "\r\n", 2 when Odd() => "--B", 3 => "--", 4 => "\r\n--", 5 => "\n", 6 when Odd() => "\r\n--Bx", 7 => "é", _ => "x" });
            text.Append(Line());
        }
        if (!Odd()) text.Append("--B--").Append(Odd() ? "" : Line());
        if (Odd()) text.Append("epilogue");
        return text.ToString();

        bool Odd() => damage == 0 && random.Next(8) == 0;
        string Line() => damage == 0 && random.Next(12) == 0 ? lines[random.Next(lines.Length)] : "\r\n";
    }

    private static string Element(Random random, int depth)
    {
        string[] names = ["a", "b", "c-d", "e.1", "_f", "xml:g"];
        string[] texts = ["x", " ", "\r\n", "&lt;", "&amp;", "&#65;", "&#x20AC;", "Ã©", "]]", ">", "\"", "<!-- c -->", "<![CDATA[<x>]]>", "\t"];
        var name = names[random.Next(names.Length - 1)];
        var attributes = string.Concat(Enumerable.Range(0, random.Next(3)).Select(i => $" {names[(i * 2 + random.Next(2)) % names.Length]}{i}{(random.Next(5) == 0 ? " = " : "=")}'{texts[random.Next(11)].Replace("<!", "", StringComparison.Ordinal)}'"));
        if (random.Next(4) == 0) return $"<{name}{attributes}/>";
        var content = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => depth < 3 && random.Next(2) == 0 ? Element(random, depth + 1) : texts[random.Next(texts.Length)]));
        return $"<{name}{attributes}>{content}</{name}{(random.Next(6) == 0 ? " " : "")}>";
    }

    private static string Value(Random random, int depth)
    {
        string[] scalars = ["1", "0", "-1", "1.5", "1e3", "1E-2", "123456789012345", "true", "false", "null", "\"\"", "\"x\"", "\"a\\nb\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"Ã©\"", "\"\\/\"", "12345678901234567890", "-0", "\"\\u0000\"", "\"\\ud800\"", "0.1", "100000000000000000000"];
        var blank = random.Next(6) == 0 ? " \n" : "";
        if (depth > 3 || random.Next(3) == 0) return blank + scalars[random.Next(scalars.Length)];
        var count = random.Next(4);
        if (random.Next(2) == 0) return blank + "[" + string.Join(",", Enumerable.Range(0, count).Select(_ => Value(random, depth + 1))) + blank + "]";
        string[] keys = ["a", "b", "c", "d", "e", "A", "", "a/b", "a~b", "\\u0061", "é"];
        return blank + "{" + string.Join(",", Enumerable.Range(0, count).Select(_ => $"\"{keys[random.Next(keys.Length)]}\"{blank}:{Value(random, depth + 1)}")) + "}";
    }

    /// <summary>Fields as ordinary clients send them, every second time with something between that turns the grammar.</summary>
    private static string Fields(Random random, string separator, string[] odd)
    {
        string[] values = ["", "1", "value", "x-y_z", "0123456789abcdef", "a.b", "x=y", "~a!b*"];
        var text = string.Join(separator, Enumerable.Range(0, random.Next(1, 6)).Select(i => $"{(char)('a' + i)}{(random.Next(2) == 0 ? "" : "_n")}={values[random.Next(values.Length)]}"));
        if (random.Next(2) == 0) return text;
        var at = random.Next(text.Length + 1);
        return text[..at] + odd[random.Next(odd.Length)] + text[at..];
    }

    private static string Join(Random random, string[] words, int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => words[random.Next(words.Length)]));
}
