using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>A web server on a free port of this machine, asked with requests byte for byte.</summary>
internal sealed class OracleServer : IDisposable
{
    private readonly Process running;
    private readonly string home;

    private OracleServer(Process process, string folder, int port) => (running, home, Port) = (process, folder, port);

    public int Port { get; }

    /// <param name="files">Names and contents in a folder of its own; PORT and FOLDER are replaced.</param>
    public static OracleServer Start(string program, (string Name, string Content)[] files, params string[] arguments)
    {
        if (!OracleProgram.Has(program)) Assert.Skip($"{program} is not installed here.");
        var folder = Directory.CreateTempSubdirectory("plimsoll-oracle-").FullName;
        // The servers' workers are not root.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        string Fill(string text) => text.Replace("PORT", port.ToString()).Replace("FOLDER", folder);
        foreach (var (name, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllText(Path.Combine(folder, name), Fill(content));
        }
        var path = File.Exists("/usr/sbin/" + program) ? "/usr/sbin/" + program : program;
        var process = Process.Start(new ProcessStartInfo(path, arguments.Select(Fill)) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        var server = new OracleServer(process, folder, port);
        if (SpinWait.SpinUntil(server.Answers, TimeSpan.FromSeconds(60))) return server;
        server.Dispose();
        throw new InvalidOperationException($"{program} does not listen on port {port}");
    }

    /// <summary>The whole answer, its bytes as Latin-1.</summary>
    public string Ask(string request) => Ask(Port, request);

    public static string Ask(int port, string request)
    {
        using var client = new TcpClient("127.0.0.1", port) { ReceiveTimeout = 10_000, NoDelay = true };
        using var stream = client.GetStream();
        stream.Write(Reading.Bytes(request));
        using var memory = new MemoryStream();
        try
        {
            var buffer = new byte[16384];
            while (stream.Read(buffer) is > 0 and var read) memory.Write(buffer, 0, read);
        }
        catch (IOException) { }
        return System.Text.Encoding.Latin1.GetString(memory.ToArray());
    }

    public void Dispose()
    {
        if (!running.HasExited) running.Kill(entireProcessTree: true);
        running.WaitForExit(5_000);
        running.Dispose();
        Directory.Delete(home, recursive: true);
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            Thread.Sleep(20);
            return false;
        }
    }
}
