using System.Diagnostics;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Runs the programs that tests compare with.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static bool Exist(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Standard output; the exit code is in it only when a program fails to start or to end in time.</summary>
    public static (int Exit, string Output, string Errors) Run(string folder, string program, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.StartInfo.Environment["LC_ALL"] = "C.UTF-8";
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(Patience)) return (process.ExitCode, output.Result, errors.Result);
        process.Kill(entireProcessTree: true);
        return (-1, "", $"{program} did not end within {Patience.TotalMinutes} minutes");
    }
}
