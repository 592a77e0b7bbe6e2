using System.Text;
using CsCheck;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Makes configurations that nginx takes: nested locations, includes with and without patterns, overrides, variables, every kind of quoting and blank.</summary>
internal sealed class GeneratedNginx
{
    private readonly Random random;
    private readonly List<(string Path, string Text)> files = [];
    private int number;

    private GeneratedNginx(int seed) => random = new Random(seed);

    /// <summary>Paths that have an answer of their own.</summary>
    public List<string> Paths { get; } = [];

    public IReadOnlyList<(string Path, string Text)> Files => files;

    public static GeneratedNginx Of(int seed)
    {
        var made = new GeneratedNginx(seed);
        var http = new StringBuilder();
        made.Headers(http);
        made.Values(http);
        http.Append(made.Block("server", $"listen{made.Blank()}unix:/etc/nginx/socket;{made.Server()}"));
        made.files.Add(("/etc/nginx/nginx.conf", $"{made.Comment()}events{made.Blank()}{{}}{made.Blank()}{made.Block("http", made.Split(http.ToString()))}{made.Comment()}"));
        return made;
    }

    private string Server()
    {
        var text = new StringBuilder();
        Headers(text);
        Values(text);
        for (var i = random.Next(1, 5); i > 0; i--) text.Append(Location("/", 0));
        return Split(text.ToString());
    }

    private string Location(string prefix, int depth)
    {
        var path = $"{prefix}l{number++}/";
        Paths.Add(path);
        var text = new StringBuilder();
        Headers(text);
        Values(text);
        text.Append("return").Append(Blank()).Append("200").Append(Blank()).Append(Word($"body {number} ${{uri}} \t x")).Append(Blank(empty: true)).Append(';');
        if (depth < 2)
            for (var i = random.Next(0, 3); i > 0; i--) text.Append(Location(path, depth + 1));
        var modifier = random.Next(3) == 0 ? $"^~{Blank()}" : "";
        return Block($"location{Blank()}{modifier}{Word(path)}", Split(text.ToString()));
    }

    private void Headers(StringBuilder to)
    {
        for (var i = random.Next(0, 3); i > 0; i--)
            to.Append("add_header").Append(Blank()).Append($"X-H{number++}").Append(Blank()).Append(Word(Pick("plain", "with blank", "semi;colon", "a{b}c", "it's", "say \"x\"", "${scheme}/x", "$scheme", "back\\slash", "#hash", "a#b", "ü"))).Append(Blank(empty: true)).Append(';').Append(Comment());
    }

    /// <summary>Directives that may stand once in a block, inner ones overriding outer ones.</summary>
    private void Values(StringBuilder to)
    {
        foreach (var (key, values) in (ReadOnlySpan<(string, string[])>)[("autoindex", ["on", "off"]), ("client_max_body_size", ["1m", "0", "20k"]), ("send_timeout", ["5s", "1m"]), ("server_tokens", ["off", "on"])])
            if (random.Next(3) == 0) to.Append(key).Append(Blank()).Append(Word(values[random.Next(values.Length)])).Append(Blank(empty: true)).Append(';').Append(Blank(empty: true));
    }

    /// <summary>Moves the text into a file of its own now and then; one pattern may name several.</summary>
    private string Split(string text)
    {
        switch (random.Next(4))
        {
            case 0:
                var name = $"part{number++}.conf";
                files.Add(($"/etc/nginx/{name}", text));
                return $"include{Blank()}{Word(random.Next(2) == 0 ? name : $"/etc/nginx/{name}")};";
            case 1:
                var folder = $"parts{number++}";
                files.Add(($"/etc/nginx/{folder}/b.conf", text));
                files.Add(($"/etc/nginx/{folder}/a.conf", Comment()));
                files.Add(($"/etc/nginx/{folder}/c.txt", "not read"));
                return $"include {folder}/*.conf;include none{number}/*.conf;";
            default:
                return text;
        }
    }

    private string Block(string head, string body) => $"{head}{Blank(empty: true)}{{{Blank(empty: true)}{body}{Blank(empty: true)}}}{Blank(empty: true)}";

    private string Word(string text)
    {
        var bare = text.Length > 0 && !text.Any(c => c is ' ' or '\t' or ';' or '{' or '}' or '"' or '\'' or '#' or '\\') && random.Next(3) > 0;
        if (bare) return text;
        var quote = random.Next(2) == 0 ? '"' : '\'';
        return quote + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(quote.ToString(), "\\" + quote, StringComparison.Ordinal) + quote;
    }

    private string Blank(bool empty = false) => Pick([" ", "  ", "\t", "\n", "\r\n  ", " # } ; { \" a comment\n", .. empty ? [""] : Array.Empty<string>()]);

    private string Comment() => Pick("", "\n# it's a comment; with { everything }\n", "  #\n", "\n\n");

    private string Pick(params string[] of) => of[random.Next(of.Length)];
}
