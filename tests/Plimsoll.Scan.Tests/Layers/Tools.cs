using System.Diagnostics;

namespace Plimsoll.Scan.Tests.Layers;

/// <summary>Programs that serve as independent oracles.</summary>
internal static class Tools
{
    public static bool Has(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    public static (int Exit, string Output) Run(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit();
        _ = error.Result;
        return (process.ExitCode, output.Result);
    }

    /// <summary>Runs a Bash script that must succeed.</summary>
    public static string Bash(string script, params string[] arguments)
    {
        var (exit, output) = Run("bash", ["-euc", script, "bash", .. arguments]);
        return exit == 0 ? output : throw new InvalidOperationException($"bash ended with {exit}: {script}");
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("plimsoll-test-").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // Names that are no UTF-8 and paths over PATH_MAX are beyond Directory.Delete.
        Tools.Run("rm", "-rf", Path);
    }
}
