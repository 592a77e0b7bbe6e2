using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>A real server in a process of its own, which logs each request that it reads as a line `METHOD target`.</summary>
internal sealed class RealServer : IDisposable
{
    private readonly Process process;
    private readonly string folder;
    private readonly string log;

    private RealServer(string folder, IPEndPoint address, string program, params string[] arguments)
    {
        (this.folder, Address, log) = (folder, address, Path.Combine(folder, "requests.log"));
        process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (!Programs.Eventually(Listens, Waiting.Patience.TotalSeconds)) throw new TimeoutException($"{program} does not listen");
    }

    public IPEndPoint Address { get; }

    public static bool HasNginx => File.Exists("/usr/sbin/nginx");
    public static bool HasApache => File.Exists("/usr/sbin/apache2");
    public static bool HasNode => File.Exists("/usr/bin/node");

    public static RealServer Start(string name) => name switch
    {
        "nginx" => Nginx(),
        "apache" => Apache(),
        "node" => Node(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>`METHOD target` of each request so far, once there are so many.</summary>
    public async Task<string[]> RequestsAsync(int atLeast)
    {
        string[] lines = [];
        await Waiting.WhileAsync(() => (lines = File.Exists(log) ? File.ReadAllLines(log) : []).Length < atLeast);
        return lines;
    }

    private bool Listens()
    {
        if (process.HasExited) throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}");
        try
        {
            using var client = new TcpClient();
            client.Connect(Address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static RealServer Nginx()
    {
        var (folder, address) = Prepare();
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off; worker_processes 1; pid {{folder}}/pid; error_log {{folder}}/error.log;
            events { worker_connections 512; }
            http {
                log_format seen escape=json '$request_method $request_uri'; access_log {{folder}}/requests.log seen;
                client_body_temp_path {{folder}}/b; proxy_temp_path {{folder}}/p; fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u; scgi_temp_path {{folder}}/s;
                keepalive_requests 100000;
                server { listen {{address}} backlog=512; client_max_body_size 0; location / { return 200 "seen\n"; } }
            }
            """);
        return new(folder, address, "/usr/sbin/nginx", "-c", Path.Combine(folder, "nginx.conf"), "-e", Path.Combine(folder, "error.log"));
    }

    private static RealServer Apache()
    {
        var (folder, address) = Prepare();
        Directory.CreateDirectory(Path.Combine(folder, "root"));
        foreach (var page in (string[])["a", "b", "after", "marker"]) File.WriteAllText(Path.Combine(folder, "root", page), "seen\n");
        File.WriteAllText(Path.Combine(folder, "apache.conf"), $"""
            ServerRoot {folder}
            ServerName guard.test
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            PidFile {folder}/pid
            ErrorLog {folder}/error.log
            LogFormat "%m %U%q" seen
            CustomLog {folder}/requests.log seen
            Listen {address}
            DocumentRoot {folder}/root
            MaxKeepAliveRequests 0
            """);
        return new(folder, address, "/usr/sbin/apache2", "-X", "-f", Path.Combine(folder, "apache.conf"));
    }

    private static RealServer Node()
    {
        var (folder, address) = Prepare();
        File.WriteAllText(Path.Combine(folder, "server.js"), $$"""
            const fs = require('fs');
            require('http').createServer((request, response) => {
              fs.appendFileSync({{JsonSerializer.Serialize(Path.Combine(folder, "requests.log"))}}, request.method + ' ' + request.url + '\n');
              request.on('data', () => {}).on('end', () => response.end('seen\n'));
            }).listen({{address.Port}}, '127.0.0.1');
            """);
        return new(folder, address, "/usr/bin/node", Path.Combine(folder, "server.js"));
    }

    private static (string Folder, IPEndPoint Address) Prepare()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (Directory.CreateTempSubdirectory("guard-").FullName, (IPEndPoint)probe.LocalEndpoint);
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
