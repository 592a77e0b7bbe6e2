namespace Plimsoll.Engines.Registry;

/// <summary>
/// One challenge of a WWW-Authenticate header: `SCHEME name=value, name="quoted value"` (RFC 9110, 11.6.1). Its first
/// challenge of scheme Bearer or Basic is taken.
/// </summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    public static Challenge? Parse(string header)
    {
        Challenge? first = null;
        string? scheme = null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < header.Length;)
        {
            if (header[at] is ' ' or ',' or '\t')
            {
                at++;
                continue;
            }
            var start = at;
            while (at < header.Length && header[at] is not (' ' or ',' or '=' or '\t')) at++;
            var word = header[start..at];
            if (at < header.Length && header[at] == '=' && scheme is not null)
            {
                at++;
                parameters[word] = Value(header, ref at);
                continue;
            }
            if (at < header.Length && header[at] == '=') at++; // A parameter of no scheme belongs to nothing.
            Finish();
            scheme = word;
        }
        Finish();
        return first;

        void Finish()
        {
            if (scheme is not null && first is null && (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)))
                first = new Challenge(scheme, new Dictionary<string, string>(parameters, StringComparer.OrdinalIgnoreCase));
            parameters.Clear();
        }
    }

    private static string Value(string header, ref int at)
    {
        if (at >= header.Length || header[at] != '"')
        {
            var start = at;
            while (at < header.Length && header[at] is not (' ' or ',' or '\t')) at++;
            return header[start..at];
        }
        var value = new System.Text.StringBuilder();
        for (at++; at < header.Length && header[at] != '"'; at++)
        {
            if (header[at] == '\\' && at + 1 < header.Length) at++;
            value.Append(header[at]);
        }
        at++;
        return value.ToString();
    }
}
