using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// Files of `NAME=value` as Node reads them (Node's CLI, `--env-file`): `export` may stand before; `#` begins a comment, also inside of a value without quotes; a
/// value in `"`, `'` or a backtick may have several lines, and in `"` `\n` is a line's end. A line without `=` says nothing.
/// </summary>
internal static class EnvFileGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0) end = text.Length;
            var raw = text[at..end];
            var equals = raw.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : raw[..equals].Trim();
            if (name.StartsWith("export ", StringComparison.Ordinal)) name = name[7..].Trim();
            if (name.Length == 0 || name[0] == '#')
            {
                (at, line) = (end + 1, line + 1);
                continue; // Blank, a comment, or nothing that sets a variable.
            }
            var origin = Origin.At(file with { Line = line }, raw.Length - raw.TrimStart().Length + 1);
            var start = at + equals + 1;
            while (start < end && text[start] is ' ' or '\t') start++;
            var close = start < end && text[start] is '"' or '\'' or '`' ? text.IndexOf(text[start], start + 1) : -1;
            string value;
            if (close > 0)
            {
                value = text[(start + 1)..close];
                if (text[start] == '"') value = value.Replace("\\n", "\n", StringComparison.Ordinal);
                line += text.AsSpan(at..close).Count('\n');
                end = text.IndexOf('\n', close);
                if (end < 0) end = text.Length;
            }
            else value = text[start..end].Split('#')[0].Trim();
            settings.Add(new Setting(name, [value], origin));
            (at, line) = (end + 1, line + 1);
        }
        return new Parsed(settings.ToImmutable(), null);
    }
}
