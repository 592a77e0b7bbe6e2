using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real Tomcat over a folder of its own, asked for its parts by its own JMX proxy, on the loopback address alone.</summary>
internal sealed class TomcatServer : IDisposable
{
    private const string Home = "/usr/share/tomcat10";

    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(60) };
    private Process? process;

    public TomcatServer()
    {
        if (!Programs.Exist("java") || !File.Exists(Home + "/lib/catalina.jar")) Assert.Skip("tomcat10 is not installed.");
        foreach (var name in (ReadOnlySpan<string>)["conf", "logs", "temp", "work", "webapps/probe/WEB-INF", "webapps/probe/META-INF"]) Directory.CreateDirectory(Path.Combine(Folder, name));
        Write("webapps/probe/WEB-INF/web.xml", "<web-app><servlet><servlet-name>p</servlet-name><servlet-class>org.apache.catalina.manager.JMXProxyServlet</servlet-class></servlet><servlet-mapping><servlet-name>p</servlet-name><url-pattern>/*</url-pattern></servlet-mapping></web-app>");
        Write("webapps/probe/META-INF/context.xml", "<Context privileged=\"true\"/>");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-tomcat-").FullName;

    /// <summary>Free at this moment on the loopback address.</summary>
    public static int[] Ports(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    public void Write(string path, string text) => File.WriteAllText(Path.Combine(Folder, path), text);

    /// <param name="port">Of a connector for HTTP.</param>
    public void Start(IEnumerable<string> options, int port)
    {
        process = Process.Start(new ProcessStartInfo("java", ["-XX:TieredStopAtLevel=1", $"-Dcatalina.home={Home}", $"-Dcatalina.base={Folder}", $"-Djava.io.tmpdir={Folder}/temp", .. options, "-cp", $"{Home}/bin/bootstrap.jar:{Home}/bin/tomcat-juli.jar", "org.apache.catalina.startup.Bootstrap", "start"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var log = process.StandardError.ReadToEndAsync();
        client.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        for (var tries = 0; tries < 1200 && !process.HasExited; tries++)
        {
            try
            {
                if (Ask("Catalina:type=Server").Count > 0) return;
            }
            catch (AggregateException failed) when (failed.InnerException is HttpRequestException)
            {
                // It does not listen yet, or has not deployed the probe.
            }
            Thread.Sleep(100);
        }
        Assert.Fail($"Tomcat did not start: {(process.HasExited ? log.Result : "no answer")}");
    }

    /// <summary>Attributes of each part that a pattern of names finds, by its name.</summary>
    public Dictionary<string, Dictionary<string, string>> Ask(string pattern)
    {
        var all = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        Dictionary<string, string>? part = null;
        foreach (var line in client.GetStringAsync("probe/?qry=" + Uri.EscapeDataString(pattern)).Result.Split('\n'))
            if (line.TrimEnd('\r').Split(": ", 2) is [var name, var value])
            {
                if (name == "Name") all[value] = part = new Dictionary<string, string>(StringComparer.Ordinal);
                else part?.TryAdd(name, value);
            }
        return all;
    }

    public void Dispose()
    {
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
