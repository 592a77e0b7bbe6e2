using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>The distributions' orders against their own programs and libraries; apk's, of which Debian has none, against a second writing of it.</summary>
public sealed class PackagerOracleTests
{
    [Fact]
    public void Dpkg_agrees_with_its_perl_library()
    {
        const string script = """
            use Dpkg::Version;
            while (<STDIN>) {
                chomp;
                my ($x, $y) = map { Dpkg::Version->new($_, check => 1) } split /\t/, $_, -1;
                print defined $x && defined $y ? ("<", "=", ">")[version_compare("$x", "$y") + 1] : "!", "\n";
            }
            """;
        // Perl compares numbers as floating point, and the library lets colons pass that dpkg does not: at the end and in the revision.
        var pairs = Agreement.Pairs("dpkg", 11, Agreement.Count(40_000), "~", "~~", "+", ".", "a").Where(pair => !Matches(pair, "[0-9]{15}|:(\t|$)|-[^-\t]*:[^-\t]*(\t|$)")).ToList();
        var answers = OracleProgram.Ask(pairs, "perl", "/usr/share/perl5/Dpkg/Version.pm", "-e", script);
        Agreement.Agrees(new DpkgVersionScheme(), pairs, answers, text => Regex.IsMatch(text, "^([0-9]+:)?[^0-9]", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Dpkg_agrees_with_dpkg()
    {
        const string script = """
            while read -r line; do
                x=${line%%@*} y=${line#*@}
                if dpkg --compare-versions "$x" lt "$y"; then echo '<'; elif dpkg --compare-versions "$x" eq "$y"; then echo '='; else echo '>'; fi
            done
            """;
        var scheme = new DpkgVersionScheme();
        var pairs = Agreement.Pairs("dpkg", 12, Agreement.Count(500), "~", "+").Where(pair => scheme.TryCompare(pair.Left, pair.Right, out _)).Take(Agreement.Count(200)).ToList();
        var answers = OracleProgram.Ask([.. pairs.Select(pair => $"{pair.Left}@{pair.Right}")], "bash", "/usr/bin/dpkg", "-c", script);
        Agreement.Agrees(scheme, pairs, answers, [], _ => false);
    }

    [Fact]
    public void Rpm_agrees_with_rpm()
    {
        const string script = """
            %{lua:
            for line in io.lines("/dev/stdin") do
                local x, y = line:match("^([^\t]*)\t([^\t]*)$")
                local good, order = pcall(rpm.vercmp, x, y)
                io.stdout:write(good and (order < 0 and "<" or order > 0 and ">" or "=") or "!", "\n")
            end}
            """;
        // rpm takes empty parts and colons after words for versions; we do not.
        var pairs = Agreement.Pairs("rpm", 13, Agreement.Count(40_000), "~", "^", ".", "_", "a").Where(pair => !Matches(pair, @"(^|[:\t])([-\t]|$)|-(\t|$)|(^|\t)[^\t]*[^\t0-9:][^\t]*:")).ToList();
        // This function of rpm's sorts packages; an absent release matches any only in dependencies, and so in advisories.
        var asked = pairs.ConvertAll(pair => pair.Left.Contains('-') == pair.Right.Contains('-') ? pair : (WithRelease(pair.Left), WithRelease(pair.Right)));
        Agreement.Agrees(new RpmVersionScheme(), pairs, OracleProgram.Ask(asked, "rpm", null, "--eval", script), [], _ => false);

        static string WithRelease(string text) => (text.LastIndexOf('-') is >= 0 and var dash ? text[..dash] : text) + "-1";
    }

    [Fact]
    public unsafe void Pacman_agrees_with_its_library()
    {
        if (!NativeLibrary.TryLoad("libalpm.so.13", out var library)) Assert.Skip("libalpm.so.13 (package pacman-package-manager) is not installed here.");
        var compare = (delegate* unmanaged<byte*, byte*, int>)NativeLibrary.GetExport(library, "alpm_pkg_vercmp");
        var scheme = new PacmanVersionScheme();
        var pairs = Agreement.Pairs("pacman", 14, Agreement.Count(60_000), ".", "_", "a", "rc").ToList();
        var answers = pairs.ConvertAll(pair =>
        {
            // The library takes any text; what we do not is in the list of the invalid.
            if (!scheme.TryCompare(pair.Left, pair.Right, out _)) return "!";
            var (left, right) = (Marshal.StringToCoTaskMemUTF8(pair.Left), Marshal.StringToCoTaskMemUTF8(pair.Right));
            var order = compare((byte*)left, (byte*)right);
            Marshal.FreeCoTaskMem(left);
            Marshal.FreeCoTaskMem(right);
            return order < 0 ? "<" : order > 0 ? ">" : "=";
        });
        Agreement.Agrees(scheme, pairs, answers, _ => false);
        Assert.All(pairs.SelectMany(pair => (string[])[pair.Left, pair.Right]).Where(text => Regex.IsMatch(text, "^([0-9]+:)?([a-zA-Z0-9]+[._+]?)*[a-zA-Z0-9](-[0-9]+)?$", RegexOptions.NonBacktracking)),
            text => Assert.True(scheme.TryCompare(text, text, out _), $"`{text}` is a version"));
    }

    [Fact]
    public void Apk_agrees_with_a_second_writing()
    {
        var pairs = Agreement.Pairs("apk", 15, Agreement.Count(60_000), "_p", "_rc", "_git", "-r1", "~1f", ".0", ".01", "a", "_alpha").ToList();
        Agreement.Agrees(new ApkVersionScheme(), pairs, pairs.ConvertAll(pair => SlowApk(pair.Left, pair.Right)), _ => false);
    }

    private static readonly Regex apk = new(@"^(?<n>[0-9]+)((?<n>\.[0-9]+)|(?<n>[a-z])(?<n>[0-9]+))*(?<n>[a-z])?(?<n>_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?<n>[0-9]+)?)*(?<n>~[0-9a-f]+)?(?<n>-r[0-9]+)?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    /// <summary>Cuts into tokens, gives each its rank, and compares rank by rank.</summary>
    private static string SlowApk(string left, string right)
    {
        if (Tokens(left) is not { } a || Tokens(right) is not { } b) return "!";
        for (var i = 0; ; i++)
        {
            var order = a[i].Rank.CompareTo(b[i].Rank);
            if (order == 0) order = a[i].AsText || b[i].AsText ? string.CompareOrdinal(a[i].Text, b[i].Text) : Number(a[i].Text).CompareTo(Number(b[i].Text));
            if (order != 0) return order < 0 ? "<" : ">";
            if (a[i].Rank == 10) return "=";
        }

        static BigInteger Number(string text) => text.Length == 0 ? 0 : BigInteger.Parse(text);
    }

    /// <summary>Ranks: previews from 0, the end 10, then what a longer version may go on with.</summary>
    private static List<(int Rank, string Text, bool AsText)>? Tokens(string version)
    {
        if (!apk.IsMatch(version)) return null;
        var tokens = new List<(int Rank, string Text, bool AsText)>();
        foreach (Match token in Regex.Matches(version, @"\.?[0-9]+|_[a-z]+|~[0-9a-f]+|-r[0-9]+|[a-z]", RegexOptions.None, TimeSpan.FromSeconds(5)))
        {
            var text = token.Value;
            var place = Array.IndexOf(["_alpha", "_beta", "_pre", "_rc", "_cvs", "_svn", "_git", "_hg", "_p"], text);
            if (place >= 0) tokens.Add((place < 4 ? place : 20 + place, "", false));
            else if (text[0] == '-') tokens.Add((11, text[2..], false));
            else if (text[0] == '~') tokens.Add((12, text[1..], true));
            else if (char.IsAsciiDigit(text[0]) && tokens.Count > 0 && version[token.Index - 1] is >= 'a' and <= 'z' && version.LastIndexOf('_', token.Index) >= 0) tokens.Add((13, text, false));
            else if (char.IsAsciiLetter(text[0])) tokens.Add((40, text, true));
            else tokens.Add((50, text.TrimStart('.'), tokens.Count > 0 && text.TrimStart('.')[0] == '0'));
        }
        tokens.Add((10, "", false));
        return tokens;
    }

    private static bool Matches((string Left, string Right) pair, string pattern) => Regex.IsMatch(pair.Left + "\t" + pair.Right, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
}
