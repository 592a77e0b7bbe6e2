using System.Text.RegularExpressions;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>Which variables of nginx hold what a client sends ("Embedded Variables" of its modules), through `set` and expressions.</summary>
internal sealed class NginxVariables
{
    private const int MostSteps = 8;

    private static readonly Regex variable = new(@"\$(?:\{(\w+)\}|(\w+))", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private readonly ILookup<string, string> sets;
    private readonly HashSet<string> captures;

    public NginxVariables(Judged judged)
    {
        sets = judged.Scopes.SelectMany(scope => scope.Own("set")).Where(set => set.Arguments.Length == 2).ToLookup(set => set.Arguments[0].TrimStart('$'), set => set.Arguments[1], StringComparer.Ordinal);
        captures = [.. judged.Scopes.SelectMany(scope => Expressions(scope)).SelectMany(Named)];
    }

    /// <summary>Names in a value, in order.</summary>
    public static IEnumerable<string> In(string value)
    {
        foreach (Match match in variable.Matches(value)) yield return match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
    }

    /// <summary>Whether a client decides on a part of the value.</summary>
    public bool IsFromClient(string value, int steps = 0) => In(value).Any(name =>
        name is "host" or "uri" or "document_uri" or "request_uri" or "args" or "query_string" or "request_body" or "remote_user" or "request"
        || char.IsAsciiDigit(name[0]) || name.StartsWith("http_", StringComparison.Ordinal) || name.StartsWith("arg_", StringComparison.Ordinal) || name.StartsWith("cookie_", StringComparison.Ordinal)
        || captures.Contains(name) || (steps < MostSteps && sets[name].Any(set => IsFromClient(set, steps + 1))));

    /// <summary>Whether a part of the value is a decoded path, in which `%0a` has become a line feed.</summary>
    public bool IsDecoded(string value, int steps = 0) => In(value).Any(name => name is "uri" or "document_uri" || (steps < MostSteps && sets[name].Any(set => IsDecoded(set, steps + 1))));

    private static IEnumerable<string> Expressions(Scope scope)
    {
        if (scope.Block.Key == "location" && NginxLocation.Expression(scope.Block) is { } pattern) yield return pattern;
        foreach (var rewrite in scope.Own("rewrite"))
            if (rewrite.Arguments.Length > 0) yield return rewrite.Arguments[0];
    }

    private static IEnumerable<string> Named(string pattern)
    {
        for (var at = pattern.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = pattern.IndexOf("(?", at + 2, StringComparison.Ordinal))
        {
            var rest = pattern.AsSpan(at + 2);
            if (rest is ['P', ..]) rest = rest[1..];
            if (rest is ['<', not ('=' or '!'), ..] && rest.IndexOf('>') is > 1 and var end) yield return rest[1..end].ToString();
        }
    }
}
