using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// Java's properties (java.util.Properties, load): a key ends at the first `=`, `:` or blank; a line that ends in an odd number of backslashes goes on; `#` and `!` begin
/// comments; a backslash keeps the next character, and knows `\t`, `\n`, `\r`, `\f` and `\uXXXX`.
/// </summary>
internal static class PropertiesGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var number = i + 1;
            var line = lines[i].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!') continue;
            while (GoesOn(line) && i + 1 < lines.Length) line = line[..^1] + lines[++i].TrimStart(' ', '\t', '\f');
            var end = 0;
            while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f')) end += line[end] == '\\' && end + 1 < line.Length ? 2 : 1;
            var rest = line[end..].TrimStart(' ', '\t', '\f');
            if (rest.Length > 0 && rest[0] is '=' or ':') rest = rest[1..].TrimStart(' ', '\t', '\f');
            if (!TryUnescape(line[..end], out var key) || !TryUnescape(rest, out var value))
            {
                var origin = Origin.At(file with { Line = number }, 1);
                settings.Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), new GrammarError(number, 1, "`\\u` is not followed by four hexadecimal digits"));
            }
            settings.Add(new Setting(key, [value], Origin.At(file with { Line = number }, 1)));
        }
        return new Parsed(settings.ToImmutable(), null);
    }

    private static bool GoesOn(string line) => (line.Length - line.AsSpan().TrimEnd('\\').Length) % 2 == 1;

    private static bool TryUnescape(string text, out string plain)
    {
        var word = new StringBuilder(text.Length);
        plain = "";
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                word.Append(text[i]);
                continue; // Not escaped.
            }
            if (++i >= text.Length) break;
            if (text[i] == 'u')
            {
                if (i + 4 >= text.Length || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return false;
                word.Append((char)code);
                i += 4;
            }
            else word.Append(text[i] switch
            {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'f' => '\f',
                var other => other,
            });
        }
        plain = word.ToString();
        return true;
    }
}
