using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real nginx over a folder that stands for /etc/nginx: paths in the files are moved there.</summary>
internal sealed class NginxServer : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);
    private Process? process;

    public NginxServer()
    {
        if (!Programs.Exist("nginx")) Assert.Skip("nginx is not installed.");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-nginx-").FullName;

    public string Socket => Path.Combine(Folder, "socket");

    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            var full = Real(path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text.Replace("/etc/nginx/", Folder + "/", StringComparison.Ordinal));
        }
    }

    public string Real(string path) => path.Replace("/etc/nginx/", Folder + "/", StringComparison.Ordinal);

    /// <summary>What `nginx -T` says: files in the order of their reading, with their texts; null when it refuses the configuration, with what it says.</summary>
    public (List<(string Path, string Text)>? Files, string Errors) Dump()
    {
        var (exit, output, errors) = Programs.Run(Folder, "nginx", "-T", "-q", "-e", "stderr", "-g", $"pid {Folder}/pid;", "-c", Folder + "/nginx.conf");
        if (exit != 0) return (null, errors);
        var files = new List<(string, string)>();
        foreach (var part in output.Split("# configuration file ").Skip(1))
        {
            var colon = part.IndexOf(":\n", StringComparison.Ordinal);
            files.Add((part[..colon].Replace(Folder + "/", "/etc/nginx/", StringComparison.Ordinal), part[(colon + 2)..].Replace(Folder + "/", "/etc/nginx/", StringComparison.Ordinal)));
        }
        return (files, errors);
    }

    public void Start()
    {
        process = Process.Start(new ProcessStartInfo("nginx", ["-e", "stderr", "-c", Folder + "/nginx.conf", "-g", $"daemon off; master_process off; pid {Folder}/pid;"]) { RedirectStandardError = true, UseShellExecute = false })!;
        _ = process.StandardError.ReadToEndAsync();
        var waited = Stopwatch.StartNew();
        var accepts = false;
        while (!(accepts = Accepts()) && waited.Elapsed < patience && !process.HasExited) Thread.Sleep(5);
        Assert.True(accepts, "nginx did not start");
    }

    /// <summary>The socket's file is there before nginx listens on it.</summary>
    private bool Accepts()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The answer as it comes, header and body.</summary>
    /// <param name="at">The socket of another server than the first.</param>
    /// <param name="header">A field of the request.</param>
    public string Ask(string path, string? at = null, string? header = null)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(at ?? Socket));
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: test\r\n{(header is null ? "" : header + "\r\n")}\r\n"));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }
        process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
