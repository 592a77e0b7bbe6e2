using System.Numerics;
using System.Text.RegularExpressions;
using NuGet.Versioning;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>The orders against the programs of their ecosystems, over generated pairs that are close to one another.</summary>
public sealed class OracleTests
{
    private static readonly string[] Pep440Pieces = ["a#", "b#", "rc#", "c#", ".post#", "-#", ".dev#", "dev", "-alpha.#", "_beta_#", "preview#", "pre", "r#", "-rev.#", "post", "+ab.#", "+#", "+a#-b", ".#", "-", "."];

    private const string Python = """
        import sys
        from packaging.version import Version, InvalidVersion
        def read(text):
            try: return Version(text)
            except InvalidVersion: return None
        for line in open(sys.argv[1]):
            a, b = map(read, line.rstrip("\n").split("\t"))
            print("!" if a is None or b is None else ("<" if a < b else ">" if a > b else "=") + ("p" if a.is_prerelease else "s"))
        """;

    private const string Ruby = """
        File.foreach(ARGV[0], chomp: true) do |line|
          a, b = line.split("\t").map { |text| Gem::Version.correct?(text) ? Gem::Version.new(text) : nil }
          puts a.nil? || b.nil? ? "!" : { -1 => "<", 0 => "=", 1 => ">" }[a <=> b] + (a.prerelease? ? "p" : "s")
        end
        """;

    private const string Php = """
        require "/usr/share/php/Composer/Semver/autoload.php";
        $parser = new Composer\Semver\VersionParser();
        foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
            [$left, $right] = explode("\t", $line);
            try { $a = $parser->normalize($left); $b = $parser->normalize($right); } catch (UnexpectedValueException $e) { echo "!\n"; continue; }
            if (str_starts_with($a, "dev-") || str_starts_with($b, "dev-")) { echo "!\n"; continue; }
            $order = Composer\Semver\Comparator::lessThan($a, $b) ? "<" : (Composer\Semver\Comparator::greaterThan($a, $b) ? ">" : "=");
            echo $order, Composer\Semver\VersionParser::parseStability($a) === "stable" ? "s" : "p", "\n";
        }
        """;

    [Fact]
    public void Python_orders_them_the_same()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/packaging"), "Debian's python3-packaging is not installed here.");
        var maker = new VersionMaker(new Random(Oracle.Seed), "0129abcrdevpost.-_+!", 30, Pep440Pieces);
        List<(string Left, string Right)> pairs = [.. maker.Pairs(Oracle.Count), .. maker.Pairs(Oracle.Count / 4).Select(pair => ("1!" + pair.Left, "v" + pair.Right))];
        Compare("pep440", pairs, Oracle.Ask("/usr/bin/python3", "-c", Python, pairs));
    }

    [Fact]
    public void Ruby_orders_them_the_same()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ruby"), "ruby is not installed here.");
        var maker = new VersionMaker(new Random(Oracle.Seed), "01289abAZpre.-", 30, ".a", ".b#", ".pre#", "-#", "-rc.#", ".rc#", ".0", ".0.0", ".#", "-x-#", ".A", "-", ".", "a");
        List<(string Left, string Right)> pairs = [.. maker.Pairs(Oracle.Count)];
        Compare("gem", pairs, Oracle.Ask("/usr/bin/ruby", "-e", Ruby, pairs));
    }

    [Fact]
    public void Composer_orders_them_the_same()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/php") && File.Exists("/usr/share/php/Composer/Semver/autoload.php"), "Debian's php-cli and php-composer-semver are not installed here.");
        // PHP's numbers end at 2^63.
        var maker = new VersionMaker(new Random(Oracle.Seed), "0129abpdevRCx*.-_+v", 18, "-alpha#", "-beta.#", "-RC#", "rc-#", "-patch#", "p#", "-pl.#", "-dev", "dev", ".x-dev", ".*", ".#", "-stable", "+#", "a#", "b", "_b#", "-", ".");
        var dates = new VersionMaker(new Random(Oracle.Seed), "0129.:-", 2, "-beta#", "-dev", ".#", "p#");
        List<(string Left, string Right)> pairs =
        [
            .. maker.Pairs(Oracle.Count),
            .. dates.Pairs(Oracle.Count / 4).Select(pair => ("2024" + pair.Left, "2024" + pair.Right)),
        ];
        // Composer 2.2 and later allow two numbers after a date, Debian 12's library one; and only we know that `Stable` is `stable`.
        var newer = new Regex(@"^v?\d{4}([.:-]?\d{2}){1,6}([.:-]?\d{1,3}){2}([+._-]|[A-Za-z]|$)|S[Tt]|s[T]", RegexOptions.NonBacktracking);
        pairs.RemoveAll(pair => newer.IsMatch(pair.Left) || newer.IsMatch(pair.Right));
        Compare("composer", pairs, Oracle.Ask("/usr/bin/php", "-r", Php, pairs));
    }

    [Fact]
    public void Maven_orders_them_the_same()
    {
        const string Jar = "/usr/share/java/maven3-artifact.jar";
        Assert.SkipUnless(File.Exists("/usr/bin/java") && File.Exists(Jar), "A Java runtime and Debian's libmaven3-core-java are not installed here.");
        var random = new Random(Oracle.Seed);
        var maker = new VersionMaker(random, "0129abmxfinlrcsp.-_", 30,
            "-alpha-#", "-beta#", ".rc#", "-cr#", "-SNAPSHOT", ".Final", "-ga", "-release", "-sp-#", "a#", "b#", "m#", "-m", "-milestone-#", ".x", "-jre", "-#", ".#", ".0", "-0", "-", ".");
        List<string> versions = [maker.Make()];
        // A walk, as Maven's program compares each argument with the next.
        var longZero = new Regex("(^|[^0-9])0{10,}([^0-9]|$)", RegexOptions.NonBacktracking);
        while (versions.Count < Oracle.Count) versions.Add(random.Next(5) == 0 ? maker.Make() : maker.Change(versions[^1][..Math.Min(versions[^1].Length, 24)]));
        List<(string Left, string Right)> pairs = [];
        List<string> expected = [];
        // To Maven a zero of ten digits is greater than any number of nine.
        versions.RemoveAll(longZero.IsMatch);
        foreach (var chunk in versions.Chunk(20_000))
        {
            pairs.AddRange(chunk.Zip(chunk.Skip(1)));
            // `   1.0 < 1.1` after the line of each version.
            expected.AddRange(Oracle.Run("/usr/bin/java", ["-cp", Jar, "org.apache.maven.artifact.versioning.ComparableVersion", .. chunk])
                .Where(line => line.StartsWith("   ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1][..1]));
        }
        var scheme = Oracle.Scheme("maven");
        Oracle.AssertSame(pairs, expected, (left, right) => Oracle.Answer(scheme, left, right));
    }

    [Fact]
    public void NuGet_orders_them_the_same()
    {
        // NuGet's numbers end at 2^31, and it reads the label `-1` as a number below zero, against SemVer.
        var maker = new VersionMaker(new Random(Oracle.Seed), "01289abAZ.-+", 9, "-alpha", "-Alpha.#", "-beta.#", "-rc#", "-#", ".#", "+abc", "+#", "-a-b", ".0", "-", ".");
        List<(string Left, string Right)> pairs = [.. maker.Pairs(Oracle.Count)];
        pairs.RemoveAll(pair => IsOdd(pair.Left) || IsOdd(pair.Right));
        Compare("nuget", pairs, [.. pairs.Select(pair =>
            !NuGetVersion.TryParse(pair.Left, out var left) || !NuGetVersion.TryParse(pair.Right, out var right) ? "!"
            : Sign(VersionComparer.VersionRelease.Compare(left, right)) + (left.IsPrerelease ? "p" : "s"))]);

        static bool IsOdd(string text) => Regex.IsMatch(text, "[0-9]{10}|[.-]-[0-9]+([.+]|$)", RegexOptions.NonBacktracking);
    }

    [Theory, InlineData("cran", ".-"), InlineData("hackage", ".")]
    public void Lists_of_big_integers_are_ordered_the_same(string id, string separators)
    {
        var maker = new VersionMaker(new Random(Oracle.Seed), "0129.-a", 30, ".#", "-#", ".0", "-0", ".", "a");
        List<(string Left, string Right)> pairs = [.. maker.Pairs(Oracle.Count)];
        Compare(id, pairs, [.. pairs.Select(pair => Read(pair.Left) is { } left && Read(pair.Right) is { } right ? Sign(Order(left, right)) + "s" : "!")]);

        List<BigInteger>? Read(string text)
        {
            var parts = text.Split(separators.ToCharArray());
            if (!parts.All(part => Regex.IsMatch(part, id == "hackage" ? "^(0|[1-9][0-9]*)$" : "^[0-9]+$", RegexOptions.NonBacktracking))) return null;
            return [.. parts.Select(part => BigInteger.Parse(part))];
        }

        static int Order(List<BigInteger> left, List<BigInteger> right)
        {
            for (var i = 0; i < left.Count && i < right.Count; i++)
                if (left[i] != right[i]) return left[i].CompareTo(right[i]);
            return left.Count - right.Count;
        }
    }

    private static string Sign(int order) => order < 0 ? "<" : order > 0 ? ">" : "=";

    private static void Compare(string id, List<(string Left, string Right)> pairs, string[] expected)
    {
        var scheme = Oracle.Scheme(id);
        Oracle.AssertSame(pairs, expected, (left, right) => Oracle.AnswerWithStability(scheme, left, right));
    }
}
