using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Text of installed packages, cut as people quote: paragraphs, lines, entries, blocks of code.</summary>
internal static class OrdinaryFiles
{
    private const int mostOfFile = 60, mostBytes = 4 << 20;

    /// <summary>One path of each package that is read.</summary>
    public static readonly string[] Needed =
    [
        "/usr/share/man/man7/man.7.gz", "/usr/share/man/de/man1/ls.1.gz", "/usr/share/man/fr/man5/utmp.5.gz", "/usr/share/man/es/man5/utmp.5.gz", "/usr/share/man/pl/man5/utmp.5.gz", "/usr/share/man/ru/man5/utmp.5.gz",
        "/usr/share/man/ja/man1/ls.1.gz", "/usr/share/games/fortunes/fortunes", "/usr/share/games/fortunes/art", "/usr/share/games/fortunes/de", "/usr/share/games/fortunes/es", "/usr/share/games/fortunes/it", "/usr/share/games/fortunes/pl",
        "/usr/share/doc/debian/constitution.txt.gz", "/usr/share/doc/debian-history/docs", "/usr/share/dict/web2a.gz", "/usr/share/dict/american-english",
    ];

    /// <summary>Paragraphs of manuals, without their markup.</summary>
    public static IEnumerable<string> Manual(string language) => Pieces(Files($"/usr/share/man/{language}".TrimEnd('/')).Where(path => language.Length > 0 || path.StartsWith("/usr/share/man/man", StringComparison.Ordinal)).Where(path => path.EndsWith(".gz", StringComparison.Ordinal)), Paragraphs);

    public static IEnumerable<string> Sayings(string language) => Pieces(Files($"/usr/share/games/fortunes/{language}".TrimEnd('/'), isDeep: language.Length > 0).Where(path => Path.GetExtension(path) is not (".dat" or ".u8")), text => text.Split("\n%\n").Select(saying => saying.Trim()), most: 1500);

    /// <summary>Entries of changelogs: what has an asterisk before it.</summary>
    public static IEnumerable<string> Changelogs() => Pieces(Files("/usr/share/doc").Where(path => Path.GetFileName(path) is "changelog.gz" or "changelog.Debian.gz" or "NEWS.gz" or "NEWS.Debian.gz"), text => Regex.Split(text, @"^\s*[*-] ", RegexOptions.Multiline | RegexOptions.NonBacktracking).Skip(1).Select(entry => Regex.Replace(entry, @"\n\s+", " ", RegexOptions.NonBacktracking).Trim()), most: 30);

    public static IEnumerable<string> Documents() => Pieces(Files("/usr/share/doc").Where(path => Path.GetFileName(path) is var name && (name.Contains(".txt", StringComparison.Ordinal) || name.StartsWith("README", StringComparison.Ordinal) || name is "copyright")), text => text.Split("\n\n").Select(paragraph => paragraph.Trim()), most: 40);

    /// <summary>Paragraphs of HTML as they are read, or lines of it as they are written.</summary>
    public static IEnumerable<string> Pages(bool asMarkup) => Pieces(Files("/usr/share/doc").Where(path => path.EndsWith(".html", StringComparison.Ordinal) || path.EndsWith(".htm", StringComparison.Ordinal)), text => asMarkup
        ? text.Split('\n').Select(line => line.Trim()).Where(line => line.Contains('<', StringComparison.Ordinal) && line.Length > 20)
        : Regex.Split(text, "</?(?:p|li|td|h[1-6]|pre|dd|dt)[^>]*>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase).Where(part => !part.Contains("<script", StringComparison.OrdinalIgnoreCase) && !part.Contains("<style", StringComparison.OrdinalIgnoreCase) && !part.Contains("<head", StringComparison.OrdinalIgnoreCase)).Select(part => System.Net.WebUtility.HtmlDecode(Regex.Replace(part, "<[^>]*>", "", RegexOptions.NonBacktracking)).Trim()));

    /// <summary>Blocks of code between empty lines, and single lines of it.</summary>
    public static IEnumerable<string> Code(string folder, string end) => Pieces(Files(folder).Where(path => path.EndsWith(end, StringComparison.Ordinal)), text => text.Split("\n\n").SelectMany((block, at) => at % 3 == 0 ? block.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 8) : [block.Trim('\n')]));

    /// <summary>Words, terms of several words, and names.</summary>
    public static IEnumerable<string> Words() => ((string[])["/usr/share/dict/american-english", "/usr/share/dict/web2a.gz", "/usr/share/dict/propernames.gz", "/usr/share/dict/connectives.gz"]).SelectMany(path => Text(path).Split('\n').Where((word, at) => word.Contains('\'', StringComparison.Ordinal) || at % 7 == 0).Take(4000));

    /// <summary>Statements of SQL that the servers' packages bring.</summary>
    public static IEnumerable<string> Statements() => Pieces(Files("/usr/share/mysql").Concat(Files("/usr/share/postgresql")).Where(path => path.EndsWith(".sql", StringComparison.Ordinal)), text => Regex.Split(text, @";\s*\n", RegexOptions.NonBacktracking).Select(statement => Regex.Replace(statement, @"^--.*\n", "", RegexOptions.Multiline | RegexOptions.NonBacktracking).Trim()), most: 300);

    private static IEnumerable<string> Pieces(IEnumerable<string> files, Func<string, IEnumerable<string>> cut, int most = mostOfFile) => files.SelectMany(path => cut(Text(path)).Where(piece => piece.Length > 0).Take(most));

    /// <summary>Spread over the alphabet: the sorted list is taken in strides, so that a class that ends early has seen all of it.</summary>
    private static IEnumerable<string> Files(string folder, bool isDeep = true)
    {
        if (!Directory.Exists(folder)) return [];
        var all = Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = isDeep, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal).ToList();
        return Enumerable.Range(0, 7).SelectMany(first => all.Where((_, at) => at % 7 == first));
    }

    /// <summary>The beginning of a file. What is not UTF-8 is Latin-1, as old documents are.</summary>
    private static string Text(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        var bytes = new byte[mostBytes];
        var read = stream.ReadAtLeast(bytes, mostBytes, throwOnEndOfStream: false);
        var text = bytes.AsSpan(0, read);
        return (System.Text.Unicode.Utf8.IsValid(text) || read == mostBytes ? Encoding.UTF8 : Encoding.Latin1).GetString(text);
    }

    /// <summary>roff: a line that begins with a point or apostrophe is a request; `\` begins an escape. man(7), groff(7).</summary>
    private static IEnumerable<string> Paragraphs(string page)
    {
        if (page.Contains("\n.Dd", StringComparison.Ordinal)) yield break; // mdoc, another language.
        var text = new StringBuilder();
        var isExample = false;
        foreach (var line in page.Split('\n'))
        {
            if (line.StartsWith('.') || line.StartsWith('\''))
            {
                var (request, rest) = line.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? (line[1..blank], line[blank..].Trim()) : (line[1..].Trim(), "");
                if (request is "B" or "I" or "BR" or "IR" or "RB" or "RI" or "BI" or "IB" or "SM") text.Append(Plain(request.Length == 2 && request != "SM" ? rest.Replace("\" \"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal) : rest.Trim('"'))).Append(' ');
                else if (request is "PP" or "P" or "LP" or "TP" or "IP" or "SH" or "SS" or "RS" or "RE" or "br" or "sp" or "nf" or "fi" or "EX" or "EE")
                {
                    if (text.ToString().Trim() is { Length: > 0 } paragraph) yield return paragraph;
                    text.Clear().Append(request is "SH" or "SS" ? Plain(rest.Trim('"')) : "");
                    isExample = request is "nf" or "EX" || isExample && request is not ("fi" or "EE");
                }
            }
            else text.Append(Plain(line)).Append(isExample ? '\n' : ' ');
        }
        if (text.ToString().Trim() is { Length: > 0 } last) yield return last;
    }

    private static string Plain(string text) => !text.Contains('\\', StringComparison.Ordinal) ? text : Regex.Replace(text, @"\\(?:f(?:\[[^\]]*\]|\(..|.)|\((..)|\[([^\]]*)\]|\*(?:\[[^\]]*\]|\(..|.)|s[-+]?[0-9]|m\[[^\]]*\]|""[^\n]*|(.))", match => (match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Value) switch
    {
        "aq" or "cq" or "oq" or "'" => "'", "dq" or "lq" or "rq" => "\"", "-" or "hy" or "en" or "em" => "-", "e" or "rs" => "\\", " " or "~" or "0" => " ", "bu" => "*", "ha" => "^", "ti" => "~", "ga" => "`",
        "co" => "©", "Fo" => "«", "Fc" => "»", "lt" => "<", "gt" => ">", "->" => "→", "<-" => "←", "mu" => "×", _ => "",
    }, RegexOptions.NonBacktracking);
}
