using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Tests.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Configurations with the tree that another reader makes of them: every word of that tree is in ours, as often as there.</summary>
internal static class AugeasCases
{
    private static readonly char[] separators = [' ', '"', '\'', '/', '=', ':', '(', ')', '\t', '\n', '\r', '\\', ','];

    public static void Compare(string grammar, int least, Func<string, Parsed> parse)
    {
        var cases = 0;
        foreach (var line in Catalogers.Programs.Run("/", "xz", "-dc", Suites.Need("suites/config/augeas-grammars.jsonl.xz")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("grammar").GetString() != grammar || root.GetProperty("expect").GetString() != "tree") continue;
            cases++;
            var parsed = parse(root.GetProperty("input").GetString()!);
            Assert.Null(parsed.Error);
            var ours = Words(string.Join(' ', HardenedImage.All(parsed.Settings).Select(setting => setting.ToString()))).ToList();
            var tree = root.GetProperty("tree").GetString()!;
            foreach (Match value in Regex.Matches(tree, "\"(#?[^\"]*)\"(?:\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\")?", RegexOptions.None, TimeSpan.FromSeconds(5)))
                if (value.Groups[1].Value != "#comment")
                    foreach (var word in Words(Regex.Unescape(value.Groups[2].Value))) Assert.True(ours.Remove(word), $"`{word}` of {tree} is not in what is left: {string.Join(' ', ours)}");
        }
        Assert.True(cases >= least);
    }

    private static IEnumerable<string> Words(string text) => text.Split(separators, StringSplitOptions.RemoveEmptyEntries);
}
