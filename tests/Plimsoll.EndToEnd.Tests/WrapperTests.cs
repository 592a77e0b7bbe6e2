namespace Plimsoll.EndToEnd.Tests;

/// <summary>
/// The script that users start, in a checkout whose build is a script that writes down how it was called: what it
/// builds when, what it says, and that the program gets its arguments and decides the exit code.
/// </summary>
public sealed class WrapperTests : IDisposable
{
    /// <summary>Says how it was called, `[a][b c]`, and ends with 7.</summary>
    private const string Built = "#!/bin/sh\nprintf '[%s]' \"$0\" \"$@\"\nexit 7\n";

    private static readonly string[] Tools = ["sh", "cat", "chmod", "find", "flock", "mkdir", "readlink", "rm", "sleep", "tail"];

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-wrapper-").FullName;

    public WrapperTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "tools"));
        foreach (var tool in Tools) File.CreateSymbolicLink(Path.Combine(folder, "tools", tool), Run.Shell("command -v \"$1\"", tool).Expect(0).Out.Trim());
        Script("tools/dotnet", "#!/bin/sh\nexit 99\n");
        Script("tools/gcc", "#!/bin/sh\nexit 0\n");
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", "src/Program.cs"]) Write(file, "");
        Script("plimsoll", File.ReadAllText(Path.Combine(Run.Repository, "plimsoll")));
        // Counts how often it ran, and takes long enough for another start to wait for it.
        Script("build", $"#!/bin/sh\nhere=${{0%/*}}\necho \"$1\" >>\"$here/out/kinds\"\nmkdir -p \"$here/out/$1\"\nsleep 0.3\ncat >\"$here/out/$1/plimsoll\" <<'END'\n{Built}END\nchmod +x \"$here/out/$1/plimsoll\"\n");
        foreach (var file in Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_builds_once_ahead_of_time_says_so_and_passes_everything_on()
    {
        var first = Start("scan", "my image.tar", "", "*", "--format=json");
        Assert.Equal((7, $"[{folder}/out/native/plimsoll][scan][my image.tar][][*][--format=json]", "plimsoll: building, ahead of time; this takes a minute or two, once\n"), (first.Code, first.Out, first.Err));
        Assert.Equal(first with { Err = "" }, Start("scan", "my image.tar", "", "*", "--format=json"));
        Assert.Equal("native\n", Kinds);

        var link = Path.Combine(folder, "tools/plimsoll");
        File.CreateSymbolicLink(link, "../plimsoll");
        Assert.Equal(new Ended(7, $"[{folder}/out/native/plimsoll][x]", ""), Run.Program(link, ["x"], Environment));
    }

    [Theory]
    [InlineData("src/Program.cs", true)]
    [InlineData("src/new.rules", true)]
    [InlineData("Directory.Packages.props", true)]
    [InlineData("build", true)]
    [InlineData("src/obj/cache.json", false)]
    [InlineData("docs/scan.md", false)]
    public void It_builds_again_when_what_it_is_built_from_is_newer(string file, bool again)
    {
        Start("x");
        if (!File.Exists(Path.Combine(folder, file))) Write(file, "");
        File.SetLastWriteTimeUtc(Path.Combine(folder, file), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(again ? "plimsoll: building, ahead of time; this takes a minute or two, once\n" : "", Start("x").Err);
        Assert.Equal(again ? "native\nnative\n" : "native\n", Kinds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_linker_it_builds_for_the_JIT(bool hasCompiler)
    {
        if (hasCompiler) Script("tools/gcc", "#!/bin/sh\nexit 1\n");
        else File.Delete(Path.Combine(folder, "tools/gcc"));
        var first = Start("x");
        Assert.Equal((7, $"[{folder}/out/jit/plimsoll][x]", "plimsoll: building for the JIT, since no linker was found (apt install gcc libc6-dev makes the faster native program)\n"), (first.Code, first.Out, first.Err));
        Assert.Equal(first with { Err = "" }, Start("x"));
        Assert.Equal("jit\n", Kinds);
    }

    [Fact]
    public void Two_starts_at_once_build_once()
    {
        var both = Run.Program("/bin/sh", ["-c", "\"$1\" a & \"$1\" b; wait", "sh", Path.Combine(folder, "plimsoll")], Environment);
        Assert.Equal("native\n", Kinds);
        Assert.Contains("[a]", both.Out, StringComparison.Ordinal);
        Assert.Contains("[b]", both.Out, StringComparison.Ordinal);
        Assert.Single(both.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_build_that_fails_and_a_missing_SDK_are_told_with_exit_code_2()
    {
        Script("build", "#!/bin/sh\necho the compiler says no\nexit 1\n");
        Assert.Equal(new Ended(2, "", "plimsoll: building, ahead of time; this takes a minute or two, once\nthe compiler says no\nplimsoll: the build failed; all that it said is in out/build.log\n"), Start("x"));
        File.Delete(Path.Combine(folder, "tools/dotnet"));
        Assert.Equal(new Ended(2, "", "plimsoll: the .NET SDK is missing; install .NET 10 (https://dotnet.microsoft.com/download) and run this again\n"), Start("x"));
    }

    private Dictionary<string, string> Environment => new() { ["PATH"] = Path.Combine(folder, "tools") };

    private string Kinds => File.ReadAllText(Path.Combine(folder, "out/kinds"));

    private Ended Start(params string[] arguments) => Run.Program(Path.Combine(folder, "plimsoll"), arguments, Environment);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
        File.WriteAllText(Path.Combine(folder, file), text);
    }

    private void Script(string file, string text)
    {
        Write(file, text);
        File.SetUnixFileMode(Path.Combine(folder, file), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
