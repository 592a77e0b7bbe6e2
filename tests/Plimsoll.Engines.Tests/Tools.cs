using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Engines.Tests;

/// <summary>Programs that make images or serve them.</summary>
internal static class Tools
{
    public static string? Missing(params string[] names)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = names.Where(name => !folders.Any(folder => File.Exists(Path.Combine(folder, name)))).ToList();
        return missing.Count == 0 ? null : $"{string.Join(", ", missing)} not installed";
    }

    /// <summary>Runs a Bash script that must succeed.</summary>
    public static string Bash(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-euc", script, "bash", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2))) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"bash ended with {process.ExitCode}: {script}\n{error.Result}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits for what another program brings about.</summary>
    public static bool Eventually(Func<bool> isSo, double seconds)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds; Thread.Sleep(100))
            if (isSo()) return true;
        return isSo();
    }
}

/// <summary>A program that runs until the tests end; its output goes to a file.</summary>
internal sealed class Daemon : IDisposable
{
    private readonly Process process;
    private readonly string log;

    public Daemon(string log, string script, params string[] arguments)
    {
        this.log = log;
        process = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec >{log} 2>&1; {script}", "bash", .. arguments]))!;
    }

    public bool HasEnded => process.HasExited;
    public string LastWords => string.Join(" | ", File.ReadLines(log).TakeLast(3));

    /// <summary>First asked to end, so that it takes back its mounts.</summary>
    public void Dispose()
    {
        if (!process.HasExited) Tools.Bash("""kill "$1" $(pgrep -P "$1") 2>/dev/null || true""", process.Id.ToString());
        if (!process.WaitForExit(TimeSpan.FromSeconds(20))) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("plimsoll-test-").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Tools.Bash("""rm -rf "$1" 2>/dev/null || true""", Path);
}
