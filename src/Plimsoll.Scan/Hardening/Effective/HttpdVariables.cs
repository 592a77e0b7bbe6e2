using System.Text;
using Plimsoll.Scan.Applications;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>`${NAME}` in the HTTP server's configuration: what `Define` or `-D` gave it, else the environment; else it stays as it is written.</summary>
internal sealed class HttpdVariables(Subject subject)
{
    /// <summary>Characters that putting in variables may make of one line: defines may double each other.</summary>
    private const int MostText = 64 << 10;

    private readonly Dictionary<string, (string? Value, string? Needs)> defined = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fromScript = new(StringComparer.Ordinal);

    public void Define(string name, string? value, string? needs) => defined[name] = (value, needs);

    public void Undefine(string name) => defined.Remove(name);

    public bool IsDefined(string name) => defined.ContainsKey(name);

    /// <summary>What Debian's apache2ctl sources before it starts the server: lines `export NAME=VALUE`, without what decides on a second instance.</summary>
    public void Source(string script)
    {
        foreach (var raw in script.Split('\n'))
        {
            var line = raw.Trim();
            if (!line.StartsWith("export ", StringComparison.Ordinal) || line.IndexOf('=', StringComparison.Ordinal) is not (> 7 and var equals)) continue; // No assignment that is exported.
            var value = line[(equals + 1)..].Replace("${SUFFIX}", "", StringComparison.Ordinal).Replace("$SUFFIX", "", StringComparison.Ordinal).Trim('"', '\'');
            if (value.StartsWith("${", StringComparison.Ordinal) && value.EndsWith('}') && value.IndexOf(":-", StringComparison.Ordinal) is > 0 and var otherwise) value = subject.Process.EnvValue(value[2..otherwise]) is { Length: > 0 } given ? given : value[(otherwise + 2)..^1];
            if (!value.AsSpan().ContainsAny("$`")) fromScript[line[7..equals]] = value;
        }
    }

    /// <param name="needs">What would be needed to know the text; null when it is known.</param>
    public string Expand(string text, out string? needs)
    {
        needs = null;
        if (!text.Contains("${", StringComparison.Ordinal)) return text;
        var to = new StringBuilder();
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var start && text.IndexOf('}', start) is > 0 and var end && to.Length < MostText)
        {
            var name = text[(start + 2)..end];
            to.Append(text, at, start - at);
            // A colon marks a map of mod_rewrite.
            to.Append(name.Contains(':', StringComparison.Ordinal) ? text[start..(end + 1)] : Value(name, ref needs) ?? text[start..(end + 1)]);
            at = end + 1;
        }
        return to.Append(text, at, text.Length - at).ToString();
    }

    private string? Value(string name, ref string? needs)
    {
        if (defined.TryGetValue(name, out var own) && own.Value is not null)
        {
            needs ??= own.Needs;
            return own.Value;
        }
        if (fromScript.TryGetValue(name, out var exported)) return exported;
        if (!subject.Process.Env.TryGetValue(name, out var value)) needs ??= $"the variable {name}, which the image does not set";
        else if (!value.Known) needs ??= $"the variable {name}, which is decided when the container starts";
        else return value.Text;
        return null;
    }
}
