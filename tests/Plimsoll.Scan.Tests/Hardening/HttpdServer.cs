using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real Apache HTTP server (Debian's apache2) over a folder that stands for /etc/apache2 and /usr/local/apache2.</summary>
internal sealed class HttpdServer : IDisposable
{
    private Process? process;

    public HttpdServer()
    {
        if (!Programs.Exist("apache2")) Assert.Skip("apache2 is not installed.");
        Directory.CreateDirectory(Folder + "/logs");
        File.CreateSymbolicLink(Folder + "/modules", "/usr/lib/apache2/modules");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-httpd-").FullName;

    /// <summary>Arguments that the server and we are given: what it needs to start at all.</summary>
    public static string[] Modules(params string[] more) => [.. new[] { "mpm_event", "authz_core" }.Concat(more).SelectMany(name => new[] { "-C", $"LoadModule {name}_module modules/mod_{name}.so" })];

    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Real(path))!);
            File.WriteAllText(Real(path), Real(text));
        }
    }

    public string Real(string text) => text.Replace("/etc/apache2/", Folder + "/", StringComparison.Ordinal).Replace("/usr/local/apache2/", Folder + "/", StringComparison.Ordinal);

    /// <summary>The tree as the server made it, one directive a line without quotes and indentation (mod_info); null when it refuses the configuration.</summary>
    public (List<string>? Tree, string Errors) Dump(string main, IEnumerable<string> environment, params string[] arguments)
    {
        var (exit, output, errors) = Run([.. environment, "apache2", "-d", Folder, "-f", Real(main), "-t", "-D", "DUMP_CONFIG", .. arguments.Select(Real)]);
        if (exit != 0) return (null, errors);
        return ([.. output.Split('\n').Where(line => line.Trim() is [not '#', ..]).Where(line => !line.Trim().StartsWith("</", StringComparison.Ordinal)).Select(Plain)], errors);
    }

    public (int Exit, string Output, string Errors) Run(params string[] arguments) => Programs.Run(Folder, "env", arguments);

    /// <summary>Quotes, backslashes and blanks that mean nothing are taken out.</summary>
    public string Plain(string line) =>
        Regex.Replace(line.Replace(Folder + "/", "/etc/apache2/", StringComparison.Ordinal), "[\"'\\\\]", "", RegexOptions.None, TimeSpan.FromSeconds(5)) is var bare
            ? Regex.Replace(bare, "\\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(5)).Replace(" >", ">", StringComparison.Ordinal).Trim() : "";

    /// <returns>The port that it answers at; the configuration listens on `${PORT}`.</returns>
    public int Start(string main, params string[] arguments)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var start = new ProcessStartInfo("apache2", ["-d", Folder, "-f", Real(main), "-X", .. arguments]) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PORT"] = $"{port}";
        process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        for (var tries = 0; tries < 6000; tries++)
            try
            {
                Assert.True(!process.HasExited, process.HasExited ? log.Result + File.ReadAllText(Folder + "/error.log") : "");
                using var client = new TcpClient("127.0.0.1", port);
                return port;
            }
            catch (SocketException)
            {
                Thread.Sleep(10); // It does not listen yet.
            }
        throw new InvalidOperationException("apache2 did not start");
    }

    /// <summary>Status line and header, then the body.</summary>
    public static string Ask(int port, string method, string path, string host)
    {
        using var client = new TcpClient("127.0.0.1", port);
        using var stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
