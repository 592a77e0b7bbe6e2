using System.Text;

namespace Plimsoll.Guard.SecLang;

/// <summary>
/// Directives of one file: a line each, `#` begins a comment line, a backslash at the end continues on the next line without its
/// indentation. Words are separated by blanks; a word in double quotes may have them, and `\"` in it is a quote.
/// </summary>
internal static class RuleLines
{
    public readonly record struct Directive(Place Place, IReadOnlyList<string> Words);

    public static IEnumerable<Directive> Read(string file, string text, RuleFaults faults)
    {
        var line = new StringBuilder();
        var number = 0;
        var first = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var piece = raw.TrimEnd('\r');
            if (line.Length == 0)
            {
                first = number;
                if (piece.AsSpan().TrimStart() is [] or ['#', ..]) continue;
            }
            var trimmed = piece.TrimEnd();
            if (trimmed.EndsWith('\\'))
            {
                line.Append(trimmed.AsSpan(0, trimmed.Length - 1).TrimStart());
                continue;
            }
            line.Append(piece.AsSpan().TrimStart());
            if (Split(line.ToString(), new(file, first), faults) is { Count: > 0 } words) yield return new(new(file, first), words);
            line.Clear();
        }
        if (line.Length > 0) faults.Add(new(file, first), "the last line ends in a backslash", "Complete the directive: the file may be cut off.");
    }

    private static List<string>? Split(string line, Place place, RuleFaults faults)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }
            word.Clear();
            var isQuoted = line[at] == '"';
            if (isQuoted) at++;
            while (at < line.Length && (isQuoted ? line[at] != '"' : !char.IsWhiteSpace(line[at])))
            {
                if (isQuoted && line[at] == '\\' && at + 1 < line.Length && line[at + 1] == '"') at++;
                word.Append(line[at++]);
            }
            if (isQuoted && at++ == line.Length)
            {
                faults.Add(place, "a double quote is not closed", "Close it, and write quotes within as `\\\"`.");
                return null;
            }
            words.Add(word.ToString());
        }
        return words;
    }
}
