using System.Diagnostics;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>What a process left behind.</summary>
internal sealed record Ended(int Code, string Out, string Err)
{
    public string All => Out + Err;

    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails with all that was said when the exit code is not one of these.</summary>
    public Ended Expect(params int[] codes)
    {
        if (!codes.Contains(Code)) Assert.Fail($"Exit code {Code} instead of {string.Join(" or ", codes)}.\nstdout: {Cut(Out)}\nstderr: {Cut(Err)}");
        return this;
    }

    private static string Cut(string text) => text.Length <= 4000 ? text : $"{text[..2000]}\n[…]\n{text[^2000..]}";
}

/// <summary>Processes as a user starts them: both outputs are pipes, and none outlives its time.</summary>
internal static class Run
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    /// <summary>The repository's root: the folder above this assembly that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The CLI that `./test` built, else what the wrapper builds.</summary>
    public static string Cli { get; } = Environment.GetEnvironmentVariable("PLIMSOLL_BIN") is { Length: > 0 } path ? path : Path.Combine(Repository, "plimsoll");

    public static Ended Plimsoll(params string[] arguments) => Program(Cli, arguments);

    public static Ended Shell(string script, params string[] arguments) => Program("bash", ["-c", script, "bash", .. arguments]);

    /// <summary>A scan is of the inventory alone, unless it says where advisories come from: tests need no network.</summary>
    public static Ended Program(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? bound = null)
    {
        var judges = program != Cli || arguments is not ["scan", ..] || arguments.Contains("--offline") || arguments.Contains("--no-vulnerabilities");
        var start = new ProcessStartInfo(program, judges ? arguments : arguments.Append("--no-vulnerabilities")) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["PLIMSOLL_CACHE"] = Path.Combine(Path.GetTempPath(), "plimsoll-tests-keep-nothing");
        start.Environment["PLIMSOLL_CACHE_SIZE"] = "0"; // Tests measure reading, and leave nothing behind; those of the cache name their own.
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(bound ?? Bound))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', start.ArgumentList)} did not end within {bound ?? Bound}.");
        }
        return new Ended(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public static bool Has(string program) => Shell("command -v \"$1\"", program).Code == 0;

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Plimsoll.slnx"))) return folder.FullName;
        throw new InvalidOperationException("the tests do not run from inside the repository");
    }
}
