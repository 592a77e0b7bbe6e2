using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>The phrases of pm and pmFromFile.</summary>
internal static class PhraseLists
{
    /// <summary>Words between blanks; bytes between bars are hexadecimal, as `A|42|C`.</summary>
    public static IReadOnlyList<byte[]> Words(string argument) => [.. argument.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Unescaped)];

    /// <summary>A phrase in each line; `#` begins a comment line. Files are relative to that of the rule.</summary>
    public static IReadOnlyList<byte[]>? Files(string argument, Place place, RuleFaults faults)
    {
        var phrases = new List<byte[]>();
        foreach (var name in argument.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                foreach (var line in File.ReadLines(Path.Combine(Path.GetDirectoryName(place.File) ?? "", name), Encoding.Latin1))
                    if (line.Trim() is { Length: > 0 } phrase && phrase[0] != '#') phrases.Add(Encoding.Latin1.GetBytes(phrase));
            }
            catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
            {
                faults.Add(place, $"`{name}` cannot be read", "Name a file that may be read, relative to that of the rule.");
                return null;
            }
        }
        return phrases;
    }

    private static byte[] Unescaped(string word)
    {
        var parts = word.Split('|');
        if (parts.Length < 3) return Encoding.Latin1.GetBytes(word);
        var bytes = new List<byte>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (i % 2 == 1 && parts[i].Length == 2 && byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) bytes.Add(hex);
            else bytes.AddRange(Encoding.Latin1.GetBytes(i % 2 == 1 ? $"|{parts[i]}|" : parts[i]));
        }
        return [.. bytes];
    }
}
