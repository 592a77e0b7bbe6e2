using System.Runtime.CompilerServices;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>
/// The comparisons in `tests/golden/versions/*.txt`: `a &lt; b` and `a = b`, in a chain where a line has more (`a &lt; b = c`);
/// `invalid a`, `stable a`, `preview a`; `#` begins a comment.
/// </summary>
public sealed class ComparisonFileTests
{
    [Theory, InlineData("composer"), InlineData("cran"), InlineData("gem"), InlineData("hackage"), InlineData("maven"), InlineData("nuget"), InlineData("pep440")]
    public void Published_examples_hold(string id)
    {
        var scheme = Oracle.Scheme(id);
        var count = 0;
        foreach (var line in File.ReadLines(Path.Combine(Folder(), id + ".txt")))
        {
            if (line.Length == 0 || line[0] == '#') continue; // Not a comparison.
            count++;
            var words = line.Split(' ');
            switch (words)
            {
                case ["invalid", var text]: Assert.True(Oracle.Answer(scheme, text, text) == "!" && !scheme.IsStable(text), line); break;
                case ["stable", var text]: Assert.True(scheme.IsStable(text), line); break;
                case ["preview", var text]: Assert.True(Oracle.Answer(scheme, text, text) == "=" && !scheme.IsStable(text), line); break;
                default: AssertChain(words, line); break;
            }
        }
        Assert.True(count >= 10, $"{id}.txt has only {count} lines");

        void AssertChain(string[] words, string line)
        {
            Assert.True(words.Length >= 3 && words.Length % 2 == 1, line);
            for (var left = 0; left < words.Length; left += 2)
                for (var right = left + 2; right < words.Length; right += 2)
                {
                    var expected = words.AsSpan(left, right - left).Contains("<") ? "<" : "=";
                    Assert.True(Oracle.Answer(scheme, words[left], words[right]) == expected, $"{line}: {words[left]} {expected} {words[right]}");
                    Assert.True(Oracle.Answer(scheme, words[right], words[left]) == (expected == "<" ? ">" : "="), $"{line}: the other way");
                }
        }
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../golden/versions");
}
