using System.Diagnostics;
using System.Net.Sockets;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real haproxy over a folder that stands for /etc/haproxy: asked for what it says of its files, and, running, of its proxies.</summary>
internal sealed class HaproxyServer : IDisposable
{
    private Process? process;

    public HaproxyServer()
    {
        if (!Catalogers.Programs.Exist("haproxy")) Assert.Skip("haproxy is not installed.");
        Version = Catalogers.Programs.Run("/", "haproxy", "-v").Output.Split("version ")[1].Split(['-', ' '])[0];
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-haproxy-").FullName;

    public string Version { get; }

    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Real(path))!);
            File.WriteAllText(Real(path), Real(text));
        }
    }

    public (bool Taken, string Errors) Check(string[] environment, string file)
    {
        var (exit, output, errors) = Catalogers.Programs.Run(Folder, "env", [.. environment, "haproxy", "-c", "-V", "-f", Real(file)]);
        // A piece without a listener is right, but nothing to start.
        return (exit == 0 || (output + errors).Contains("no error but will not start", StringComparison.Ordinal), output + errors);
    }

    /// <summary>Mode and bound of connections of each frontend, as the running server tells them.</summary>
    public Dictionary<string, (string Mode, string Limit)> Statistics(string[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("haproxy", ["-db", .. arguments.Select(Real)]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var pair in environment) start.Environment[pair.Split('=')[0]] = pair.Split('=')[1];
        process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        for (var tries = 0; ; tries++)
            try
            {
                using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                client.Connect(new UnixDomainSocketEndPoint(Folder + "/stats"));
                client.Send("show stat\n"u8);
                using var reader = new StreamReader(new NetworkStream(client));
                var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
                var heads = lines[0].TrimStart('#', ' ').Split(',');
                return lines.Skip(1).Select(line => line.Split(',')).Where(row => row[1] == "FRONTEND").ToDictionary(row => row[0], row => (row[Array.IndexOf(heads, "mode")], row[Array.IndexOf(heads, "slim")]));
            }
            catch (SocketException) when (tries < 6000 && !process.HasExited)
            {
                Thread.Sleep(10); // It does not listen yet.
            }
            catch (SocketException)
            {
                Assert.Fail(process.HasExited ? log.Result : "haproxy did not start");
            }
    }

    public string Real(string text) => text.Replace("/etc/haproxy/", Folder + "/", StringComparison.Ordinal);

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
