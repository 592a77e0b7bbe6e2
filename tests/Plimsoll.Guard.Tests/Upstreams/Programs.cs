using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Tests.Upstreams;

/// <summary>Programs of this machine.</summary>
internal static class Programs
{
    /// <summary>Null when all are installed, else a sentence for a skip.</summary>
    public static string? Missing(params string[] names)
    {
        var folders = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':');
        var missing = names.Where(name => name.StartsWith('/') ? !File.Exists(name) : !folders.Any(folder => File.Exists(Path.Combine(folder, name)))).ToList();
        return missing.Count == 0 ? null : $"{string.Join(", ", missing)} not installed";
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
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds; Thread.Sleep(20))
            if (isSo()) return true;
        return isSo();
    }
}

/// <summary>A server with a folder of its own, from its constructor to its disposal.</summary>
public sealed class Daemon : IDisposable
{
    private readonly Process process;

    /// <param name="files">Files of Upstreams/ that go into its folder, with FOLDER, PORT and UPSTREAM filled in.</param>
    /// <param name="command">Program and arguments, filled in likewise.</param>
    public Daemon(string[] files, string[] command, int upstream = 0)
    {
        Folder = Directory.CreateTempSubdirectory("plimsoll-guard-").FullName;
        Port = Programs.FreePort();
        const UnixFileMode forAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(Folder, forAll);
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(Folder, file), Fill(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Upstreams", file))));
            File.SetUnixFileMode(Path.Combine(Folder, file), forAll);
        }
        File.WriteAllText(Records, "");
        File.SetUnixFileMode(Records, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.OtherRead);
        process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1).Select(Fill)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, said) => LastWords = said.Data ?? LastWords;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!Programs.Eventually(Listens, 30)) throw new InvalidOperationException($"{command[0]} does not listen on {Port}: {LastWords}");

        string Fill(string text) => text.Replace("FOLDER", Folder, StringComparison.Ordinal).Replace("UPSTREAM", $"{upstream}", StringComparison.Ordinal).Replace("PORT", $"{Port}", StringComparison.Ordinal);
    }

    public int Port { get; }
    public string Folder { get; }
    public string Records => Path.Combine(Folder, "records");
    public string LastWords { get; private set; } = "";

    private bool Listens()
    {
        if (process.HasExited) throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}: {LastWords}");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Kill()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
