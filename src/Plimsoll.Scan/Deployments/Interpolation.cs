using System.Collections.Immutable;
using System.Text;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>
/// Variables of a compose file (Compose specification, "Interpolation"): `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`,
/// `${NAME?error}`, `${NAME:+other}`, `${NAME+other}`, defaults nested, `$$` for a dollar. Values are those of the file `.env`; a variable that it
/// does not set comes from whoever starts the containers, so that without a default the text is not known.
/// </summary>
internal sealed class Interpolation(IReadOnlyDictionary<string, string> variables)
{
    private const int MostDepth = 16;
    private const int MostText = 1 << 20;

    public YamlNode Resolve(YamlNode node) => node switch
    {
        YamlText { Needs: null } text when text.Text.Contains('$', StringComparison.Ordinal) => Resolve(text),
        YamlList list => list with { Items = [.. list.Items.Select(Resolve)] },
        YamlMap map => map with { Entries = [.. map.Entries.Select(entry => entry with { Value = Resolve(entry.Value) })] },
        _ => node,
    };

    private YamlText Resolve(YamlText text)
    {
        string? needs = null;
        var resolved = Resolve(text.Text, 0, ref needs);
        // What is not known stays as it was written, so that it can be told.
        return needs is null ? text with { Text = resolved } : text with { Needs = needs };
    }

    public string Resolve(string text, int depth, ref string? needs)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$' || at + 1 == text.Length)
            {
                result.Append(text[at++]);
                continue; // No variable.
            }
            if (text[at + 1] == '$')
            {
                result.Append('$');
                at += 2;
                continue; // A dollar.
            }
            var braced = text[at + 1] == '{';
            var start = at + (braced ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '_' || (end > start && char.IsAsciiDigit(text[end])))) end++;
            var name = text[start..end];
            if (name.Length == 0 || result.Length > MostText)
            {
                result.Append(text[at++]);
                continue; // A dollar that begins no name; Compose would refuse it.
            }
            if (!braced) result.Append(Value(name, ref needs));
            else
            {
                var close = Closing(text, end);
                if (close < 0)
                {
                    needs ??= $"an end of `{text[at..]}`";
                    return result.ToString();
                }
                result.Append(Braced(name, text[end..close], depth, ref needs));
                end = close + 1;
            }
            at = end;
        }
        return result.ToString();
    }

    private string Braced(string name, string rest, int depth, ref string? needs)
    {
        if (rest.Length == 0) return Value(name, ref needs);
        var orEmpty = rest[0] == ':';
        var (kind, other) = rest.Length > (orEmpty ? 1 : 0) ? (rest[orEmpty ? 1 : 0], rest[(orEmpty ? 2 : 1)..]) : (' ', "");
        var isSet = variables.TryGetValue(name, out var value) && (!orEmpty || value.Length > 0);
        switch (kind)
        {
            case '-' when depth < MostDepth: return isSet ? value! : Resolve(other, depth + 1, ref needs);
            case '+' when depth < MostDepth: return isSet ? Resolve(other, depth + 1, ref needs) : "";
            case '?': return isSet ? value! : Value(name, ref needs);
            default:
                needs ??= $"a meaning of `${{{name}{rest}}}`, which is no form of a variable";
                return "";
        }
    }

    private string Value(string name, ref string? needs)
    {
        if (variables.TryGetValue(name, out var value)) return value;
        needs ??= $"the variable {name}, which `.env` beside the description does not set";
        return "";
    }

    private static int Closing(string text, int at)
    {
        for (var depth = 1; at < text.Length; at++)
            if (text[at] == '{' && text[at - 1] == '$') depth++;
            else if (text[at] == '}' && --depth == 0) return at;
        return -1;
    }
}

/// <summary>
/// An environment file: `NAME=value` a line, `#` for comments at the start or after a blank, `export ` before it ignored; a value in `'` is
/// literal, one in `"` knows `\n`, `\r`, `\t`, `\"` and `\\`. Both may have several lines. A name alone comes from whoever starts the containers.
/// </summary>
internal static class EnvironmentFile
{
    public static ImmutableArray<(string Name, string? Value)> Read(string text)
    {
        var variables = ImmutableArray.CreateBuilder<(string, string?)>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] == '#') continue; // Nothing, or a comment.
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line[7..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                variables.Add((line, null));
                continue; // A name alone.
            }
            var (name, value) = (line[..equals].Trim(), line[(equals + 1)..].Trim());
            if (value is ['"' or '\'', ..] && value[0] is var quote)
            {
                while (Closing(value, quote) < 0 && i + 1 < lines.Length) value += "\n" + lines[++i];
                var close = Closing(value, quote);
                value = close < 0 ? value[1..] : value[1..close];
                if (quote == '"') value = Unescaped(value);
            }
            else if (value.IndexOf(" #", StringComparison.Ordinal) is var comment and >= 0) value = value[..comment].TrimEnd();
            variables.Add((name, value));
        }
        return variables.ToImmutable();
    }

    private static int Closing(string value, char quote)
    {
        for (var at = 1; at < value.Length; at++)
            if (value[at] == '\\' && quote == '"') at++;
            else if (value[at] == quote) return at;
        return -1;
    }

    private static string Unescaped(string value)
    {
        var result = new StringBuilder();
        for (var at = 0; at < value.Length; at++)
            if (value[at] == '\\' && at + 1 < value.Length && value[at + 1] is 'n' or 'r' or 't' or '"' or '\\')
                result.Append(value[++at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            else result.Append(value[at]);
        return result.ToString();
    }
}
