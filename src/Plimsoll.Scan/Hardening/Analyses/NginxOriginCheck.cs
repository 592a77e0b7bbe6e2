using System.Text.RegularExpressions;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>
/// Expressions that let a page's Origin or Referer pass, tried with names that only somebody else could have: the name that was meant with something
/// before it, behind it, or in place of a full stop. Lists of who is kept out are not judged: to match too much is no hole in them.
/// </summary>
internal sealed class NginxOriginCheck : IAnalysis
{
    private const string Elsewhere = "evil.test";
    private const int MostText = 1024; // Ten times as long as a list of a dozen names.
    private const int MostChecks = 500; // Of one configuration: each takes a few milliseconds.

    private static readonly string[] schemes = ["https://", "http://"];

    public string Id => "nginx-origin-check";

    public IEnumerable<Hit> Find(Judged judged)
    {
        var allowed = judged.Scopes.SelectMany(scope => scope.Own("add_header")).Where(header => header.Arguments is [var name, ['$', ..], ..] && name.Equals("Access-Control-Allow-Origin", StringComparison.OrdinalIgnoreCase)).Select(header => header.Arguments[1].Trim('$', '{', '}')).ToHashSet(StringComparer.Ordinal);
        var checks = 0;
        foreach (var scope in judged.Scopes)
        {
            if (checks > MostChecks)
            {
                yield return new Hit(scope.Block, scope, "", Needs: $"a configuration with at most {MostChecks} checks of origins");
                yield break;
            }
            if (scope.Block is { Key: "if", Arguments: [var tested, "~" or "~*" or "!~" or "!~*", ..] })
            {
                var field = tested.TrimStart('(');
                if (field == "$http_referrer") yield return new Hit(scope.Block, scope, "No browser sends a field of this name: it is called `Referer`, `$http_referer`.");
                else if (field is "$http_origin" or "$http_referer" && LetsPass(scope, field) && ++checks > 0 && Passing(NginxCaptures.Tested(scope.Block), scope.Block.Arguments[1].EndsWith('*'), field == "$http_referer") is { } passing) yield return Told(passing, scope.Block, scope);
            }
            else if (scope.Block is { Key: "map", Arguments: ["$http_origin", var name] } && allowed.Contains(name.Trim('$', '{', '}')))
                foreach (var entry in scope.Block.Children)
                    if (entry.Key.StartsWith('~') && entry.Value.Length > 0 && ++checks > 0 && Passing(entry.Key.TrimStart('~', '*'), entry.Key.StartsWith("~*", StringComparison.Ordinal), isPage: false) is { } through) yield return Told(through, entry, scope);
        }
    }

    private static Hit Told((string? Passes, string? Needs) passing, Setting cause, Scope scope) =>
        new(cause, scope, passing.Passes is null ? "" : $"`{passing.Passes}` passes, too.", Needs: passing.Needs);

    /// <summary>Whether what matches is let in: the block refuses all others, or gives something to those that match. Of pages that link here, most lists name who is kept out.</summary>
    private static bool LetsPass(Scope block, string field)
    {
        var refuses = block.Own("return").Any(answer => answer.Arguments is [['4' or '5', ..], ..]) || block.Own("deny").Count > 0;
        var gives = field == "$http_origin" || block.Own("add_header").Count > 0;
        return block.Block.Arguments[1].StartsWith('!') ? refuses || gives : !refuses && gives;
    }

    /// <returns>What passes although it should not, or what would be needed to know; null when nothing does.</returns>
    private static (string? Passes, string? Needs)? Passing(string expression, bool ignoresCase, bool isPage)
    {
        Regex matching;
        try
        {
            if (expression.Length > MostText) return (null, $"an expression of at most {MostText} characters");
            matching = ignoresCase ? new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase) : new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception unread) when (unread is ArgumentException or NotSupportedException)
        {
            return (null, $"what `{expression}` matches, which is written in a way that is not followed here");
        }
        foreach (var sample in ExpressionSamples.Of(expression))
            foreach (var attack in Attacks(sample, isPage))
                if (matching.IsMatch(attack)) return (attack, null);
        return null;
    }

    private static IEnumerable<string> Attacks(IReadOnlyList<ExpressionSamples.Part> sample, bool isPage)
    {
        var text = string.Concat(sample.Select(part => part.Character));
        var start = text.IndexOf("//", StringComparison.Ordinal) is >= 0 and var slashes ? slashes + 2 : 0;
        var end = text.AsSpan(start).IndexOfAny("/:?#") is >= 0 and var found ? start + found : text.Length;
        // What the expression itself says of the name, from its end on.
        var own = end;
        while (own > start && sample[own - 1].Kind != ExpressionSamples.Kind.Open) own--;
        var name = text[own..end].Trim('.');
        if (!name.Contains('.', StringComparison.Ordinal) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-'))) yield break; // No name that somebody has.
        var host = text[start..end].TrimStart('.');
        var (before, behind) = (start >= 3 ? text[..start] : null, text[end..]);
        var hosts = new List<string> { "evil" + name, "evil-" + name, $"{host}.{Elsewhere}", host + Elsewhere };
        for (var i = start; i < end; i++)
            if (sample[i].Kind == ExpressionSamples.Kind.AnyOne) hosts.Add($"{text[start..i]}-{text[(i + 1)..end]}".TrimStart('.'));
        foreach (var other in hosts.Where(other => Owned(other) != Owned(name)))
            foreach (var scheme in before is null ? schemes : [before])
            {
                yield return scheme + other + (isPage && behind.Length == 0 ? "/" : behind);
                if (behind.Length > 0) yield return scheme + other + (isPage ? "/" : "");
            }
        if (!isPage) yield break;
        foreach (var path in (string[])[$"/{text}", $"/?{text}", $"/{host}/", $"/.{host}/"])
            foreach (var scheme in schemes) yield return $"{scheme}{Elsewhere}{path}";
    }

    /// <summary>The part of a name that somebody registers: two labels, three where the last two are a country's, `co.uk`.</summary>
    private static string Owned(string host)
    {
        var labels = host.Split('.');
        var own = labels is [.., { Length: <= 3 }, { Length: 2 }] ? 3 : 2;
        return string.Join('.', labels.TakeLast(own));
    }
}
