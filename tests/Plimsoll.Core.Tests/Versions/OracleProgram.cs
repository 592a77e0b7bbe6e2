using System.Diagnostics;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>Programs that know an order: pairs go in, a line each with a tab between, and `&lt;`, `=`, `&gt;` or `!` (no version) come out.</summary>
internal static class OracleProgram
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5 : 60);

    /// <summary>Answers, one for each pair. Skips when the program is not there.</summary>
    /// <param name="file">What must be there beside the program; null for nothing.</param>
    public static string[] Ask(IReadOnlyList<(string Left, string Right)> pairs, string program, string? file, params string[] arguments) =>
        Ask([.. pairs.Select(pair => $"{pair.Left}\t{pair.Right}")], program, file, arguments);

    public static string[] Ask(IReadOnlyList<string> lines, string program, string? file, params string[] arguments)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)))) Assert.Skip($"{program} is not installed here.");
        if (file is not null && !Path.Exists(file)) Assert.Skip($"{file} is not installed here.");
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.StartInfo.Environment["LC_ALL"] = "C";
        // Go: packages of the system, no modules, no network.
        process.StartInfo.Environment["GO111MODULE"] = "off";
        process.StartInfo.Environment["GOPATH"] = "/usr/share/gocode";
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var line in lines) process.StandardInput.WriteLine(line);
        process.StandardInput.Close();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not answer within {patience.TotalMinutes} minutes");
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors.Result}");
        var answers = output.Result.TrimEnd('\n').Split('\n');
        Assert.True(answers.Length == lines.Count, $"{program} answered {answers.Length} of {lines.Count} questions: {errors.Result}");
        return answers;
    }
}
