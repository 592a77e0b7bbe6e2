using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// rabbitmq.conf (RabbitMQ's Configuration guide, "rabbitmq.conf", and what its reader accepts): one `key = value` a line; a key is words of letters, digits, `_` and
/// `-` with points between, a backslash keeps a point; `#` begins a comment anywhere, also inside of a value; quotes mean nothing. `include` with a file stands alone.
/// </summary>
internal static class RabbitMqGrammar
{
    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Split('#', 2)[0].Trim(' ', '\t', '\r');
            if (line.Length == 0) continue;
            var column = raw.IndexOf(line, StringComparison.Ordinal) + 1;
            var origin = Origin.At(file with { Line = number }, column);
            if (TrySetting(line, origin) is { } setting) settings.Add(setting);
            else
            {
                settings.Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                return new Parsed(settings.ToImmutable(), new GrammarError(number, column, "expected `key = value`"));
            }
        }
        return new Parsed(settings.ToImmutable(), null);
    }

    private static Setting? TrySetting(string line, Origin origin)
    {
        if (line.StartsWith("include", StringComparison.Ordinal) && line.Length > 8 && line[7] is ' ' or '\t') return new Setting("include", [line[8..].Trim(' ', '\t')], origin);
        var end = 0;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '-' or '.' or '\\')) end++;
        var (key, rest) = (line[..end], line[end..].TrimStart(' ', '\t'));
        if (!rest.StartsWith('=') || rest.Length == 1 || key.Length == 0 || key[0] == '.' || key[^1] == '.' || key.Contains("..", StringComparison.Ordinal)) return null;
        return new Setting(key, [rest[1..].Trim(' ', '\t')], origin);
    }
}
