using System.Diagnostics;
using CsCheck;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Applications;

/// <summary>Whatever a script holds, the answer comes soon and without an exception.</summary>
public sealed class HostileTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly string[] Fragments =
    [
        "if ", "then ", "else ", "elif ", "fi ", "\n", "; ", "case ", "in ", "esac ", ";; ", "*) ", "for x in ", "do ", "done ", "while true; do ", "until ", "{ ", "} ", "( ", ") ",
        "[[ ", "]] ", "[ ", "] ", "((", "))", "$(", "`", "${", "}", "\"", "'", "$'", "<<E\n", "E\n", "<(", ">", "| ", "|| ", "&& ", "& ", "! ", "exec \"$@\"", "\"$0\"", "$x", "x=$x$x", "${x#*a}",
        "set -- $x $x", "f() ", "function g ", "f ", "g ", "eval \"$x\" ", "source /s ", "a=(", "${a[@]:1:2}", "shift", "return 1", "exit 1", "\\\n", "#c\n", "$((1+1))", "nginx ", "sh -c ", "@(", "=~ ",
    ];

    private static void Follows(byte[] script)
    {
        using var image = new TestImage();
        var watch = Stopwatch.StartNew();
        image.Run("/s", "a", "-b").Bytes("/s", script).Elf("/usr/sbin/nginx", "/bin/sh").Identify();
        Assert.True(watch.Elapsed < Soon, $"took {watch.Elapsed}");
    }

    private static void Follows(string script) => Follows(System.Text.Encoding.UTF8.GetBytes("#!/bin/bash\n" + script));

    [Fact]
    public void Arbitrary_bytes() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Follows([.. "#!/bin/sh\n"u8, .. bytes]), iter: 300, threads: 1);

    [Fact]
    public void Arbitrary_words_of_the_shell() =>
        Gen.Int[0, Fragments.Length - 1].Select(i => Fragments[i]).Array[0, 60].Sample(words => Follows(string.Concat(words)), iter: 1500, threads: 1);

    public static TheoryData<string> Bombs =>
    [
        string.Concat(Enumerable.Repeat("if a; then ", 50_000)),
        string.Concat(Enumerable.Repeat("$(", 100_000)),
        string.Concat(Enumerable.Repeat("((", 100_000)),
        string.Concat(Enumerable.Repeat("a[\n", 100_000)),
        "true " + string.Concat(Enumerable.Repeat("&& foo ", 100_000)),
        "case $RANDOM in\n" + string.Concat(Enumerable.Repeat("$RANDOM) x=$x1;;\n", 40_000)) + "esac",
        "f() { f; f; }\nf\n",
        "f() { if foo; then f; f; else f; fi; }\nf\n",
        "x=aaaaaaaaaaaaaaaa\nwhile true; do x=$x$x; y=${x##*b}; done\n",
        "while true; do while true; do while true; do a+=(1); done; done; done\n",
        "while foo; do while foo; do x=$(foo); set -- \"$@\" \"$@\"; done; done\n",
        string.Concat(Enumerable.Range(0, 40_000).Select(i => $"v{i}=1\nif foo; then w=$RANDOM; fi\n")),
        string.Concat(Enumerable.Range(0, 20_000).Select(i => $"prog{i} &\n")),
        "if foo; then exec \"$0\" a; fi\nif foo; then exec \"$0\" b; fi\nexec \"$0\" c\n",
        "eval 'eval \"eval f\"'\nf() { eval f; }\nf\n",
        "x=$(while true; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done)\nexec $x\n",
        "case " + new string('a', 100_000) + " in " + new string('*', 50_000) + "b) ;; esac\n",
        "source /s\n",
    ];

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void Bombs_end(string script) => Follows(script);

    [Fact]
    public void A_script_over_the_limit_is_a_problem()
    {
        using var image = new TestImage();
        var identified = image.Run("/s").Script("/s", "#!/bin/sh\n" + new string('#', Plimsoll.Scan.Applications.Programs.TextLimit)).Identify();
        Assert.Equal("The script /s could not be read.", identified.Note);
        Assert.Equal(ProblemKind.LimitReached, Assert.Single(image.Problems).Kind);
    }

    [Fact]
    public void A_loop_of_links_is_a_missing_program()
    {
        using var image = new TestImage();
        Assert.Equal("The container starts `/a`, but `/a` is not in the image.", image.Run("/a").Link("/a", "/b").Link("/b", "/a").Identify().Note);
    }
}
