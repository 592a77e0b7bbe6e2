using System.ComponentModel;
using System.Diagnostics;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>Commands to the engine that the user named, in the user's own words: whatever host or context they mean is meant here too.</summary>
internal static class EngineCommand
{
    private const int mostOutput = 1 << 20;
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    /// <param name="Output">Trimmed; of a command that failed empty, unless it was wanted.</param>
    /// <param name="Error">The engine's last words, of one that failed; else null.</param>
    public readonly record struct Ended(string Output, string? Error);

    /// <param name="input">For its standard input; null for none.</param>
    /// <param name="environment">Variables that are set for it.</param>
    /// <param name="outputOfFailure">Whether what a failed command said before it failed is wanted.</param>
    public static Ended Run(IEnumerable<string> words, byte[]? input = null, IReadOnlyDictionary<string, string>? environment = null, bool outputOfFailure = false)
    {
        var all = words.ToList();
        var start = new ProcessStartInfo(all[0], all.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Start(start);
        var output = ReadAsync(process.StandardOutput.BaseStream);
        var error = ReadAsync(process.StandardError.BaseStream);
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException) // It ended before it had read all; its error says why.
        {
        }
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            return new("", $"it did not end within {patience.TotalSeconds} s");
        }
        var said = error.GetAwaiter().GetResult().Trim();
        return process.ExitCode == 0 ? new(output.GetAwaiter().GetResult().Trim(), null) : new(outputOfFailure ? output.GetAwaiter().GetResult().Trim() : "", said.Length == 0 ? $"it ended with {process.ExitCode}" : said.Split('\n')[0].TrimEnd('.'));
    }

    /// <summary>One with the terminal or pipes of this process.</summary>
    public static Process Attach(IEnumerable<string> words)
    {
        var all = words.ToList();
        return Start(new(all[0], all.Skip(1)) { UseShellExecute = false });
    }

    /// <summary>One that takes as long as it takes.</summary>
    /// <returns>What it said, trimmed.</returns>
    public static string Wait(IEnumerable<string> words)
    {
        var all = words.ToList();
        using var process = Start(new(all[0], all.Skip(1)) { RedirectStandardOutput = true, UseShellExecute = false });
        var said = ReadAsync(process.StandardOutput.BaseStream).GetAwaiter().GetResult();
        process.WaitForExit();
        return said.Trim();
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception thrown)
        {
            throw new PlimsollException("guard-engine", $"`{start.FileName}` cannot be run: {thrown.Message.TrimEnd('.')}.", "Install it, or name it with its path.");
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[4_096];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            if (memory.Length < mostOutput) memory.Write(buffer, 0, count);
        return System.Text.Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }
}
