using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>Asks the real server whether it takes an example, in a folder of its own. What a server needs besides is prepared once, and taken away at the end.</summary>
internal sealed class ServerTrial : IDisposable
{
    private const int MostOutput = 64 << 10;
    private const int MostTold = 500;
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(5);
    private static readonly Regex keys = new(@"[\w./-]+\.(crt|pem|key|cert)\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    private static readonly Lazy<string> certificate = new(Certificate);

    /// <summary>Folders that were prepared, by what prepared them; null where that failed. One example at a time uses one.</summary>
    private readonly ConcurrentDictionary<ServerCheck, Lazy<DirectoryInfo?>> prepared = new(ReferenceEqualityComparer.Instance);

    /// <summary>Where programs are; null where they are not installed.</summary>
    private readonly ConcurrentDictionary<ServerCheck, Lazy<string?>> programs = new(ReferenceEqualityComparer.Instance);

    public void Dispose()
    {
        foreach (var one in prepared.Values)
            if (one is { IsValueCreated: true, Value: { } folder }) folder.Delete(recursive: true);
    }

    /// <returns>What it says against it, or why it was not asked; both null when it takes the example.</returns>
    public (string? Refusal, string? Unasked) Ask(IHardenedApplication application, Example example) =>
        application.Check is { } check ? Ask(check, application.Frames, example) : (null, $"there is no way known to ask {application.Name}");

    private (string? Refusal, string? Unasked) Ask(ServerCheck check, ImmutableArray<ExampleFrame> frames, Example example)
    {
        if (check.IsByArguments)
        {
            if (example.Command.IsEmpty || Path.GetFileName(example.Command[0]) != check.Program) return (null, "it is started in another way");
        }
        else if (!example.Files.Any(file => file.Path == check.Main || (file.Path.StartsWith(check.Folder, StringComparison.Ordinal) && check.Beside.Any(one => check.Folder + one.Name == check.Main)))) return (null, $"{check.Main} is not among its files");
        else if (example.Command.Length > 1 && !frames.Any(frame => frame.Command.SequenceEqual(example.Command))) return (null, "it is started in another way");
        if (programs.GetOrAdd(check, _ => new Lazy<string?>(() => Program(check))).Value is not { } program) return AskInstead(check, frames, example);
        var folder = Directory.CreateTempSubdirectory("plimsoll-server-").FullName + "/";
        try
        {
            Lay(check, example, folder);
            var user = Environment.IsPrivilegedProcess ? check.User : null;
            if (user is not null && ServerProgram.Find("setpriv", []) is null) return (null, $"there is no setpriv to run {check.Program} as {user} with");
            if (user is not null && !ServerProgram.Succeeds("chown", ["-R", user, folder], user: null)) return (null, $"there is no user {user}, whom {check.Program} has to run as");
            if (check.Before.IsEmpty) return Run(check, example, program, folder, "", user);
            if (prepared.GetOrAdd(check, _ => new Lazy<DirectoryInfo?>(() => Prepare(check, user))).Value is not { } ready) return (null, $"{check.Before[0]} did not prepare what {check.Program} needs");
            lock (ready) return Run(check, example, program, folder, ready.FullName, user);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Program(ServerCheck check) =>
        ServerProgram.Find(check.Program, check.Places) is { } program && (check.Foreign.Length == 0 || !ServerProgram.Says(program, "--version", check.Foreign)) ? program : null;

    private (string? Refusal, string? Unasked) AskInstead(ServerCheck check, ImmutableArray<ExampleFrame> frames, Example example)
    {
        var absent = $"{check.Program}{(check.Foreign.Length == 0 ? "" : $" that is not {check.Foreign}'s")} is not installed";
        if (check.StandIn is not { } other) return (null, absent);
        var (refusal, unasked) = Ask(other, frames, example);
        return (refusal, $"{absent}; {unasked ?? $"{other.Program}, asked instead, {(refusal is null ? "takes" : "refuses")} it"}");
    }

    private static DirectoryInfo? Prepare(ServerCheck check, string? user)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-server-");
        if (ServerProgram.Find(check.Before[0], check.Places) is { } program && (user is null || ServerProgram.Succeeds("chown", [user, folder.FullName], user: null)) && ServerProgram.Succeeds(program, check.Before.Skip(1).Select(argument => argument.Replace("{prepared}", folder.FullName, StringComparison.Ordinal)), user)) return folder;
        folder.Delete(recursive: true);
        return null;
    }

    /// <summary>Writes the example's files, and what the server needs beside them.</summary>
    private static void Lay(ServerCheck check, Example example, string folder)
    {
        var own = check.Folder.Length == 0 ? [] : example.Files.Where(file => file.Path.StartsWith(check.Folder, StringComparison.Ordinal)).Select(file => (Name: file.Path[check.Folder.Length..], file.Text)).ToList();
        foreach (var (name, text) in own) Write(folder, name, Without(check.Omitted, text.Replace(check.Folder, folder, StringComparison.Ordinal)));
        foreach (var (name, text) in check.Beside)
            if (!own.Exists(file => file.Name == name)) Write(folder, name, text.Replace("{folder}", folder, StringComparison.Ordinal));
        foreach (var key in check.Keys)
        {
            File.WriteAllText(folder + key, certificate.Value);
            File.SetUnixFileMode(folder + key, UnixFileMode.UserRead | UnixFileMode.UserWrite); // One that others may read is refused.
        }
        foreach (var name in check.Subfolders) Directory.CreateDirectory(folder + name);
        foreach (var (name, target) in check.Links) File.CreateSymbolicLink(folder + name, target);
    }

    private static string Without(ImmutableArray<string> omitted, string text) => omitted.IsEmpty ? text : string.Join('\n', text.Split('\n').Select(line => omitted.Any(start => line.TrimStart().StartsWith(start, StringComparison.Ordinal)) ? "" : line));

    private static void Write(string folder, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder + path)!);
        // Those from elsewhere would be this machine's.
        text = keys.Replace(text, match => match.Value.StartsWith('/') && !match.Value.StartsWith(folder, StringComparison.Ordinal) && !match.Value.Contains("..", StringComparison.Ordinal) ? folder + "elsewhere" + match.Value : match.Value);
        File.WriteAllText(folder + path, text);
        // Certificates and keys that an example names are not part of it.
        foreach (Match match in keys.Matches(text))
            if (match.Value.StartsWith(folder, StringComparison.Ordinal) && !match.Value.Contains("..", StringComparison.Ordinal) && !File.Exists(match.Value))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(match.Value)!);
                File.WriteAllText(match.Value, certificate.Value);
            }
    }

    private static (string? Refusal, string? Unasked) Run(ServerCheck check, Example example, string program, string folder, string ready, string? user)
    {
        var main = check.Main.Length == 0 ? "" : folder + check.Main[check.Folder.Length..];
        var start = ServerProgram.Start(program, check.Arguments.SelectMany(argument => argument == ServerCheck.Command ? example.Command.Skip(1).Select(word => check.Folder.Length == 0 ? word : word.Replace(check.Folder, folder, StringComparison.Ordinal)) : [Placed(argument)]), user, folder);
        if (check.Passed.Length > 0)
        {
            // What this machine sets is no part of the example.
            foreach (var own in start.Environment.Keys.Where(key => key.StartsWith(check.Passed, StringComparison.Ordinal)).ToList()) start.Environment.Remove(own);
            foreach (var variable in example.Environment)
                if (variable.Split('=', 2) is [var name, var value] && name.StartsWith(check.Passed, StringComparison.Ordinal)) start.Environment[name] = value;
        }
        foreach (var (name, value) in check.Environment) start.Environment[name] = Placed(value);
        using var process = new Process { StartInfo = start };
        var said = new StringBuilder();
        using var heard = new ManualResetEventSlim();
        var isReady = false;
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        ServerProgram.Feed(process, check.Input);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (check.Ready is not null && heard.Wait(patience) && Volatile.Read(ref isReady)) return (null, null);
            if (process.WaitForExit(patience)) process.WaitForExit(); // For the rest of what it says.
            else return ($"{check.Program} does not end within {patience.TotalSeconds:F0} seconds", null);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }
        string text;
        lock (said) text = said.ToString().Replace(folder, check.Folder, StringComparison.Ordinal);
        var isRefused = check.Refused.Any(part => text.Contains(part, StringComparison.Ordinal));
        if (check.Ready is null && process.ExitCode == 0 && !isRefused) return (null, null);
        if (check.Taken.Any(part => text.Contains(part, StringComparison.Ordinal))) return (null, null);
        if (check.Lacking.FirstOrDefault(part => text.Contains(part, StringComparison.Ordinal)) is { } lacking) return (null, $"the {check.Program} of this machine says `{lacking}`");
        var lines = string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return ($"{check.Program} refuses it: {(lines.Length == 0 ? "it says nothing" : lines.Length > MostTold ? lines[..MostTold] + "…" : lines)}", null);

        string Placed(string text) => text.Replace("{main}", main, StringComparison.Ordinal).Replace("{folder}", folder, StringComparison.Ordinal).Replace("{prepared}", ready, StringComparison.Ordinal);

        void Hear(object? sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
            {
                if (sender == process && check.Ready is not null) heard.Set(); // It has ended.
                return;
            }
            lock (said)
                if (said.Length < MostOutput) said.Append(line.Data).Append('\n');
            if (check.Ready is not { } ready || !line.Data.Contains(ready, StringComparison.Ordinal)) return;
            Volatile.Write(ref isReady, true);
            heard.Set();
        }
    }

    /// <summary>A certificate of its own key and that key, as one file in PEM: servers take from it what they look for.</summary>
    private static string Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return $"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
