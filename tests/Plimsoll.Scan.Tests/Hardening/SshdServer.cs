using System.Diagnostics;
using System.Net.Sockets;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real sshd over a folder that stands for /etc/ssh, asked for what would be in force (`sshd -T`); it does not listen.</summary>
internal sealed class SshdServer : IDisposable
{
    public const string Connection = "host=client.example,laddr=127.0.0.1,lport=22";

    public SshdServer()
    {
        if (!File.Exists("/usr/sbin/sshd")) Assert.Skip("openssh-server is not installed.");
        Directory.CreateDirectory("/run/sshd"); // As the package's service does; sshd does not start without it.
        var (exit, _, errors) = Programs.Run("/", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Folder + "/host_key");
        Assert.True(exit == 0, errors);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-sshd-").FullName;

    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            var full = path.Replace("/etc/ssh/", Folder + "/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text.Replace("/etc/ssh/", Folder + "/", StringComparison.Ordinal));
        }
    }

    /// <summary>Lines by keyword in small letters, each without it; or what sshd says when it refuses.</summary>
    public (ILookup<string, string>? Said, string Errors) Ask(IEnumerable<string> arguments, string? connection = null)
    {
        var (exit, output, errors) = Programs.Run("/", "/usr/sbin/sshd", ["-T", "-f", Folder + "/sshd_config", "-h", Folder + "/host_key", .. connection is null ? Array.Empty<string>() : ["-C", $"{connection},{Connection}"], .. arguments]);
        return exit != 0 ? (null, errors) : (output.Replace(Folder + "/", "/etc/ssh/", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToLookup(words => words[0], words => words.Length > 1 ? words[1] : "", StringComparer.OrdinalIgnoreCase), "");
    }

    /// <summary>The first line that it sends to whoever connects, when it is started with the files that were written.</summary>
    public string Banner()
    {
        var port = TomcatServer.Ports(1)[0];
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", Folder + "/sshd_config", "-h", Folder + "/host_key", "-p", $"{port}", "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none"]) { RedirectStandardError = true, UseShellExecute = false })!;
        var log = process.StandardError.ReadToEndAsync();
        try
        {
            for (var tries = 0; ; tries++)
                try
                {
                    using var client = new TcpClient("127.0.0.1", port);
                    using var reader = new StreamReader(client.GetStream());
                    return reader.ReadLine() ?? "";
                }
                catch (SocketException) when (tries < 600 && !process.HasExited)
                {
                    Thread.Sleep(100); // It does not listen yet.
                }
                catch (SocketException)
                {
                    return process.HasExited ? log.Result : "";
                }
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
