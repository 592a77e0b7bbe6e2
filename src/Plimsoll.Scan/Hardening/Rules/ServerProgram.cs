using System.Collections.Immutable;
using System.Diagnostics;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>Programs of this machine: where they are, and how they are started with whose rights.</summary>
internal static class ServerProgram
{
    /// <param name="places">Folders beyond PATH; one star stands for any name, of which the last counts.</param>
    public static string? Find(string name, ImmutableArray<string> places) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(places.SelectMany(Folders)).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <param name="user">Null for this process's own.</param>
    public static ProcessStartInfo Start(string program, IEnumerable<string> arguments, string? user, string folder)
    {
        string[] changed = user is null ? [] : ["setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"];
        var words = changed.Append(program).Concat(arguments).ToList();
        return new ProcessStartInfo(words[0], words.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
    }

    /// <summary>Whether a program that reads nothing ends with 0.</summary>
    public static bool Succeeds(string program, IEnumerable<string> arguments, string? user) => Run(program, arguments, user, _ => { }) == 0;

    /// <summary>Whether what a program prints has a line with this part.</summary>
    public static bool Says(string program, string argument, string part)
    {
        var says = false;
        Run(program, [argument], user: null, line => says |= line.Contains(part, StringComparison.Ordinal));
        return says;
    }

    private static int Run(string program, IEnumerable<string> arguments, string? user, Action<string> heard)
    {
        using var process = new Process { StartInfo = Start(program, arguments, user, "/") };
        process.OutputDataReceived += (_, line) => heard(line.Data ?? "");
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }

    public static void Feed(Process process, string text)
    {
        try
        {
            process.StandardInput.Write(text);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading; what it says tells why.
        }
    }

    private static IEnumerable<string> Folders(string place)
    {
        var star = place.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return [place];
        var above = place[..place.LastIndexOf('/', star)];
        var pattern = place[(above.Length + 1)..].Split('/')[0];
        return Directory.Exists(above) ? Directory.GetDirectories(above, pattern).OrderDescending(StringComparer.Ordinal).Select(folder => folder + place[(above.Length + 1 + pattern.Length)..]) : [];
    }
}
