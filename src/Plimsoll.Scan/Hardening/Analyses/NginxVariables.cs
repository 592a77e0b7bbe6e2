using System.Text.RegularExpressions;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>Which variables of nginx hold what a client sends ("Embedded Variables" of its modules), through `set` and expressions.</summary>
internal sealed class NginxVariables
{
    private const int MostSteps = 8;

    private static readonly Regex variable = new(@"\$(?:\{(\w+)\}|(\w+))", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private readonly ILookup<string, string> sets;
    private readonly HashSet<string> captures;
    private readonly HashSet<string> withLineFeed;

    public NginxVariables(Judged judged)
    {
        // A map gives its variable one of its values, each of which may hold others.
        var maps = judged.Scopes.Where(scope => scope.Block is { Key: "map", Arguments.Length: 2 }).SelectMany(map => map.Block.Children.Where(entry => entry.Arguments.Length == 1).Select(entry => (Name: map.Block.Arguments[1], Value: entry.Arguments[0])));
        sets = judged.Scopes.SelectMany(scope => scope.Own("set")).Where(set => set.Arguments.Length == 2).Select(set => (Name: set.Arguments[0], Value: set.Arguments[1])).Concat(maps).ToLookup(set => set.Name.TrimStart('$'), set => set.Value, StringComparer.Ordinal);
        var expressions = judged.Scopes.SelectMany(Expressions).ToList();
        captures = [.. expressions.Concat(judged.Scopes.SelectMany(Keys)).SelectMany(Named)];
        withLineFeed = [.. expressions.SelectMany(NginxCaptures.WithLineFeed).Where(name => !char.IsAsciiDigit(name[0]))];
    }

    /// <summary>Names in a value, in order.</summary>
    public static IEnumerable<string> In(string value)
    {
        foreach (Match match in variable.Matches(value)) yield return match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
    }

    /// <summary>Whether a client decides on a part of the value.</summary>
    public bool IsFromClient(string value, int steps = 0) => In(value).Any(name =>
        IsSent(name) || char.IsAsciiDigit(name[0]) || captures.Contains(name) || (steps < MostSteps && sets[name].Any(set => IsFromClient(set, steps + 1))));

    /// <summary>Whether a part of the value is a decoded path, in which `%0a` has become a line feed, or a named part of one that can hold it.</summary>
    public bool IsDecoded(string value, int steps = 0) => In(value).Any(name => name is "uri" or "document_uri" || withLineFeed.Contains(name) || (steps < MostSteps && sets[name].Any(set => IsDecoded(set, steps + 1))));

    private static IEnumerable<string> Expressions(Scope scope)
    {
        if (scope.Block.Key == "location" && NginxLocation.Expression(scope.Block) is { } pattern) yield return pattern;
        if (NginxCaptures.Condition(scope.Block) is { } condition) yield return condition;
        foreach (var rewrite in scope.Own("rewrite"))
            if (rewrite.Arguments.Length > 0) yield return rewrite.Arguments[0];
    }

    /// <summary>Expressions that a map compares something with that a client decides on.</summary>
    private static IEnumerable<string> Keys(Scope map) =>
        map.Block is { Key: "map", Arguments: [var source, _] } && In(source).Any(IsSent) ? map.Block.Children.Where(entry => entry.Key.StartsWith('~')).Select(entry => entry.Key.TrimStart('~', '*')) : [];

    /// <summary>Whether a variable of nginx itself holds a part of the request.</summary>
    private static bool IsSent(string name) =>
        name is "host" or "uri" or "document_uri" or "request_uri" or "args" or "query_string" or "request_body" or "remote_user" or "request"
        || name.StartsWith("http_", StringComparison.Ordinal) || name.StartsWith("arg_", StringComparison.Ordinal) || name.StartsWith("cookie_", StringComparison.Ordinal);

    private static IEnumerable<string> Named(string pattern)
    {
        for (var at = pattern.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = pattern.IndexOf("(?", at + 2, StringComparison.Ordinal))
            if (NginxCaptures.Name(pattern.AsSpan(at + 1)) is { } name) yield return name;
    }
}
