using System.Text;
using Plimsoll.Guard.SecLang;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Values that come of the requests of the Core Rule Set's tests by cutting, joining and putting signs in.</summary>
internal sealed class SuiteValues(CoreRuleSetSuite suite, int seed)
{
    private const string debian = "/usr/share/modsecurity-crs/owasp-crs.load";

    private readonly List<string> pieces = [.. suite.Tests().SelectMany(test => test.Stages).SelectMany(stage => Pieces(stage.Request)).Distinct(StringComparer.Ordinal)];
    private readonly Random random = new(seed);

    /// <summary>Rules of CRS 4, and those of CRS 3.3 where that is installed.</summary>
    public static IReadOnlyList<RuleSet> Sets(CoreRuleSetSuite suite) => File.Exists(debian) ? [RuleFiles.Read([suite.Rules]), RuleFiles.Read([debian])] : [RuleFiles.Read([suite.Rules])];

    /// <summary>Every pattern of them, once.</summary>
    public static List<string> Patterns(CoreRuleSetSuite suite) =>
        [.. Sets(suite).SelectMany(set => set.Rules).SelectMany(Chain).Where(rule => rule.Test?.Operator == "rx").Select(rule => rule.Test!.Argument).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<Rule> Chain(Rule rule)
    {
        for (var part = rule; part is not null; part = part.Next) yield return part;
    }

    /// <summary>Lines of a request, and what stands between its separators, as it is and decoded.</summary>
    private static IEnumerable<string> Pieces(byte[] request)
    {
        foreach (var line in Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 4_000))).Split("\r\n"))
        {
            yield return line;
            foreach (var piece in line.Split('&', '=', '?', ' ', ';')) yield return Decoded(piece);
        }
    }

    private static string Decoded(string text) => Encoding.Latin1.GetString(System.Net.WebUtility.UrlDecodeToBytes(Encoding.Latin1.GetBytes(text), 0, text.Length));

    /// <summary>Letters are bytes.</summary>
    public string Next()
    {
        var text = pieces[random.Next(pieces.Count)];
        for (var edits = random.Next(3); edits > 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            var other = pieces[random.Next(pieces.Count)];
            text = random.Next(4) switch
            {
                0 => text.Insert(at, ((char)random.Next(256)).ToString()),
                1 => text[..at],
                2 => string.Concat(text.AsSpan(0, at), other.AsSpan(random.Next(other.Length + 1))),
                _ => text.Insert(at, " \n'\"()<>;-"[random.Next(10)].ToString()),
            };
        }
        return text.Length > 2_000 ? text[..2_000] : text;
    }
}
