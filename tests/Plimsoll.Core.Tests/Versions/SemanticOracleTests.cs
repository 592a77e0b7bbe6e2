using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>The family of semantic versions against node's `semver` and Go's `golang.org/x/mod/semver`.</summary>
public sealed class SemanticOracleTests
{
    /// <summary>One or two numbers: ours alone accept them.</summary>
    private static readonly Regex padded = new(@"^[v=\s]*[0-9]+(\.[0-9]+)?([-+].*)?$", RegexOptions.NonBacktracking);

    /// <summary>
    /// Where node's module goes a way of its own: numbers beyond 2^53, which are no versions or not exact; numbers that its
    /// loose grammar cuts in two; builds with leading zeros, after which its comparison stops.
    /// </summary>
    private static readonly Regex unlike = new(@"[0-9]{16}|^[v=\s]*[0-9]+\.[0-9]+\.[0-9]+\.|\+(.*\.)?0[0-9]|^\s|\s$", RegexOptions.NonBacktracking);

    [Theory]
    [InlineData("semver", "compare", "strict")]
    [InlineData("cargo", "compare", "bare")]
    [InlineData("hex", "compare", "bare")]
    [InlineData("npm", "compare", "loose")]
    [InlineData("pub", "compareBuild", "bare")]
    public void Agrees_with_nodes_semver(string id, string function, string how)
    {
        const string script = """
            const [semver, [name, how]] = [require(process.argv[1]), process.argv.slice(2)];
            const options = { loose: how === 'loose' };
            const read = text => text.length === text.trim().length && (how !== 'bare' || /^[0-9]/.test(text)) && (how !== 'strict' || /^v?[0-9]/.test(text)) ? semver.parse(text, options) : null;
            for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
                const [x, y] = line.split('\t').map(read);
                console.log(x && y ? '<=>'[semver[name](x, y, options) + 1] : '!');
            }
            """;
        var pairs = Agreement.Pairs(id, 21, Agreement.Count(40_000), "-", "+", "-rc", "-0", ".x", "+1", "+a.1", "-a-b").Where(pair => !unlike.IsMatch(pair.Left) && !unlike.IsMatch(pair.Right)).ToList();
        var answers = OracleProgram.Ask(pairs, "node", null, "-e", script, NodeSemver(), function, how);
        // pub_semver takes leading zeros, which node does not.
        Agreement.Agrees(VersionSchemes.Named(id)!, pairs, answers, text => padded.IsMatch(text) || (id == "pub" && Regex.IsMatch(text, @"(^|[.-])0[0-9]", RegexOptions.None, TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void Go_agrees_with_x_mod_semver()
    {
        const string program = """
            package main

            import (
            	"bufio"
            	"fmt"
            	"os"
            	"strings"

            	"golang.org/x/mod/semver"
            )

            func main() {
            	lines := bufio.NewScanner(os.Stdin)
            	for lines.Scan() {
            		pair := strings.Split(lines.Text(), "\t")
            		if semver.IsValid(pair[0]) && semver.IsValid(pair[1]) {
            			fmt.Println("<=>"[semver.Compare(pair[0], pair[1])+1 : semver.Compare(pair[0], pair[1])+2])
            		} else {
            			fmt.Println("!")
            		}
            	}
            }
            """;
        var folder = Directory.CreateTempSubdirectory("plimsoll-go-");
        try
        {
            var file = Path.Combine(folder.FullName, "order.go");
            File.WriteAllText(file, program);
            var pairs = Agreement.Pairs("go", 22, Agreement.Count(40_000), "-pre", "+incompatible", "rc1", "rc2", "beta1", ".0", "-0").ToList();
            var answers = OracleProgram.Ask([.. pairs.Select(pair => $"{Module(pair.Left)}\t{Module(pair.Right)}")], "go", "/usr/share/gocode/src/golang.org/x/mod/semver", "run", file);
            Agreement.Agrees(new GoVersionScheme(), pairs, answers, text => !text.StartsWith("go", StringComparison.Ordinal) && padded.IsMatch(text));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Ranges of which one release of node's module says another thing than the next (its pattern for zero had dots for any character), or that it reads by stripping every `*`.</summary>
    private static readonly Regex odd = new(@"[0-9]{16}|[0-9]+\.[0-9]+\.[0-9]+\.|\+|[xX*]\.[0-9]|[0-9A-Za-z][<>=]*\*|\*[0-9<>=]|[<>=~^],|0[^.]0\.0-0|0\.0[^.]0-0", RegexOptions.NonBacktracking);

    [Fact]
    public void Ranges_agree_with_nodes_semver()
    {
        const string script = """
            const semver = require(process.argv[1]);
            const range = (text, options) => { try { return new semver.Range(text, options); } catch { return null; } };
            for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
                const [text, version, previews] = line.split('\t');
                const options = { loose: true, includePrerelease: previews === 'True' };
                const [strict, loose, parsed] = [range(text, { ...options, loose: false }), range(text, options), semver.parse(version, options)];
                console.log((strict ? 'strict' : loose ? 'loose' : 'none') + (loose && parsed ? loose.test(parsed) ? '+' : '-' : '?'));
            }
            """;
        string[] seeds =
        [
            "<= 1.2.3", ">= 1.0.0, < 2.0.0", "^1.2.3", "^0.2.3", "^0.0.3", "^1.2.3-beta.2", "^0.0.3-beta", "^1.2.x", "^0.0.x", "^0.0", "^1.x", "^0.x", "~1.2.3", "~1.2", "~1", "~0.2.3", "~1.2.3-beta.2", "~>1.2",
            "1.2.3 - 2.3.4", "1.2 - 2.3.4", "1.2.3 - 2.3", "1.2.3 - 2", "1.2.3-beta - 2.3.4-rc", "1.x - 2.x", "*", "", "1.x", "1.2.x", "1.2.*", "X", "x.x.x", ">1.2", "<=1.2", ">=1.2", "<1.2", ">1", "<=1", "<*", ">x",
            ">1.2.3-alpha.3", "=1.2.3", "v1.2.3", ">=v1.2.3", "1.2.7 || >=1.2.9 <2.0.0", "^1 || ^2.1", ">=0.0.0", ">=0.0.0-0", "<0.0.1", "1.9.0b1", "<=1.9.0b1 || 3", ">=1.2.3 <1.2.5-rc.1", "~ 1.2.3", "^ 1", ">= 1.2.3 ||", "1.2.3-0 - 1.2.3",
        ];
        string[] versions = ["0.0.0", "0.0.0-0", "0.0.3", "0.0.3-beta", "0.0.4", "0.0.4-0", "0.2.3", "0.3.0-0", "1.0.0-0", "1.2.0", "1.2.3", "1.2.3-alpha.7", "1.2.3-beta.2", "1.2.3-beta.4", "1.2.4-beta", "1.2.5-rc.1", "1.3.0", "1.3.0-0", "1.9.0b1", "1.9.0", "2.0.0", "2.0.0-0", "2.0.0-rc", "2.3.4", "2.3.5-0", "2.4.0", "3.0.0", "3.4.5-alpha.9"];
        var ranges = new ClosePairs(23, seeds, "||", " || ", " - ", " ", ">=", "<", "<=", ">", "~", "^", "=", "x", "*", "-0", "-rc.1", ".");
        var near = new ClosePairs(24, versions);
        // Before 7.8 a tilde or caret had another lower bound when previews are in.
        var module = NodeSemver();
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(module, "package.json")));
        var recent = Version.Parse(manifest.RootElement.GetProperty("version").GetString()!) >= new Version(7, 8);
        var lines = new List<(string Range, string Version, bool Previews)>();
        foreach (var (range, other) in ranges.Take(Agreement.Count(6_000)))
            foreach (var text in (string[])[range, other])
                foreach (var version in (string[])[.. near.Family(3), versions[lines.Count % versions.Length], versions[lines.Count / 7 % versions.Length]])
                    if (!unlike.IsMatch(version) && !odd.IsMatch(text)) lines.Add((text, version, lines.Count % 3 == 0 && (recent || text.AsSpan().IndexOfAny('^', '~') < 0)));
        var answers = OracleProgram.Ask([.. lines.Select(line => $"{line.Range.Replace(',', ' ')}\t{line.Version}\t{line.Previews}")], "node", null, "-e", script, module);

        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        int held = 0, not = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            var (text, version, previews) = lines[i];
            var parsed = NpmRange.TryParse(text, out var range, previews);
            if (answers[i].StartsWith("strict", StringComparison.Ordinal) && !parsed) wrong.Add($"`{text}` is a range");
            if (answers[i].StartsWith("none", StringComparison.Ordinal) && parsed) wrong.Add($"`{text}` is no range");
            if (!parsed || answers[i][^1] == '?') continue;
            if (range!.Contains(version) != (answers[i][^1] == '+')) wrong.Add($"`{text}` with {version}{(previews ? " (previews)" : "")}: {answers[i]}");
            if (answers[i][^1] == '+') held++;
            else not++;
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Count} differ:\n{string.Join('\n', wrong.Take(40))}");
        Assert.True(held > 3000 && not > 3000, $"only {held} held and {not} did not");
    }

    /// <summary>How Go's vulnerability database writes a version of Go, or a module's version with its `v`; what is neither stays no version.</summary>
    private static string Module(string text)
    {
        var toolchain = Regex.Match(text, @"^(go)?(?<a>[0-9]+)(\.(?<b>[0-9]+))?(\.(?<c>[0-9]+))?((?<word>alpha|beta|rc)(?<n>[0-9]+))?(?<vendor>[ +-].*)?$", RegexOptions.None, TimeSpan.FromSeconds(1));
        var go = text.StartsWith("go", StringComparison.Ordinal);
        if (toolchain.Success && (go || (toolchain.Groups["word"].Success && !toolchain.Groups["vendor"].Success)))
            return $"v{toolchain.Groups["a"].Value}.{Or0("b")}.{Or0("c")}{(toolchain.Groups["word"].Success ? $"-{toolchain.Groups["word"].Value}.{toolchain.Groups["n"].Value}" : "")}";
        return go ? "!" : text.StartsWith('v') ? text : "v" + text;

        string Or0(string group) => toolchain.Groups[group].Success ? toolchain.Groups[group].Value : "0";
    }

    /// <summary>The module as Debian or npm itself has it.</summary>
    private static string NodeSemver()
    {
        string[] places = ["/usr/lib/node_modules/npm/node_modules/semver", "/usr/local/lib/node_modules/npm/node_modules/semver", "/usr/share/nodejs/semver"];
        var found = places.FirstOrDefault(Directory.Exists);
        if (found is null) Assert.Skip("node's semver is in neither Debian's nor npm's place.");
        return found;
    }
}
