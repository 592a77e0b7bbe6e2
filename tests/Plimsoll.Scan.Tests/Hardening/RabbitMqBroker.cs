using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real broker as its own script starts it, over a folder that stands for /etc/rabbitmq, with a name service of Erlang of its own.</summary>
internal sealed class RabbitMqBroker : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(5);
    private static readonly byte[] hello = [.. "AMQP\0\0\t\u0001".Select(c => (byte)c)];

    private readonly int[] ports = TomcatServer.Ports(4);
    private Process? process;

    public RabbitMqBroker()
    {
        if (RabbitMqReader.Home is null || !Programs.Exist("erl") || !Programs.Exist("epmd")) Assert.Skip("rabbitmq-server is not installed.");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-broker-").FullName;

    /// <summary>Starts it, and waits until it speaks AMQP.</summary>
    public void Start(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files.Append(("/etc/rabbitmq/none", "")))
        {
            var full = path.Replace("/etc/rabbitmq/", Folder + "/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text.Replace("/etc/rabbitmq/", Folder + "/", StringComparison.Ordinal));
        }
        // Where MQTT listens is no part of what is tested, and may be taken.
        Directory.CreateDirectory(Folder + "/conf.d");
        File.WriteAllText(Folder + "/conf.d/ports.conf", $"mqtt.listeners.tcp.default = 127.0.0.1:{ports[3]}\n");
        process = Process.Start(Program("rabbitmq-server"))!;
        var said = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        var waited = Stopwatch.StartNew();
        var accepts = false;
        while (!(accepts = Accepts()) && waited.Elapsed < patience && !process.HasExited) Thread.Sleep(100);
        Assert.True(accepts, process.HasExited ? $"the broker ended: {said.Result}" : "the broker did not start");
    }

    /// <summary>What `rabbitmqctl environment` says, without blanks.</summary>
    public string Environment()
    {
        using var control = Process.Start(Program("rabbitmqctl", "environment"))!;
        var errors = control.StandardError.ReadToEndAsync();
        var output = control.StandardOutput.ReadToEnd();
        control.WaitForExit();
        Assert.True(control.ExitCode == 0, output + errors.Result);
        return string.Concat(output.Where(c => !char.IsWhiteSpace(c)));
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        process?.Dispose();
        // It ends once it has seen that its only node is gone.
        for (var tries = 0; tries < 100 && Programs.Run(Folder, "epmd", "-port", $"{ports[0]}", "-kill").Exit != 0 && Programs.Run(Folder, "epmd", "-port", $"{ports[0]}", "-names").Exit == 0; tries++) Thread.Sleep(100);
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo Program(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo($"{RabbitMqReader.Home}/sbin/{name}", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Folder };
        foreach (var (variable, value) in (ReadOnlySpan<(string, string)>)
        [
            ("HOME", Folder), ("ERL_EPMD_PORT", $"{ports[0]}"), ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODENAME", string.Create(CultureInfo.InvariantCulture, $"plimsoll{System.Environment.ProcessId}@localhost")), ("RABBITMQ_DIST_PORT", $"{ports[1]}"),
            ("RABBITMQ_NODE_PORT", $"{ports[2]}"), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_CONFIG_FILE", Folder + "/rabbitmq"), ("RABBITMQ_CONFIG_FILES", Folder + "/conf.d/*.conf"), ("RABBITMQ_ADVANCED_CONFIG_FILE", Folder + "/advanced.config"),
            ("RABBITMQ_CONF_ENV_FILE", Folder + "/none"), ("RABBITMQ_ENABLED_PLUGINS_FILE", Folder + "/enabled_plugins"), ("RABBITMQ_MNESIA_BASE", Folder + "/data"), ("RABBITMQ_LOG_BASE", Folder + "/log"), ("RABBITMQ_PID_FILE", Folder + "/pid"),
        ]) start.Environment[variable] = value;
        return start;
    }

    /// <summary>Whether the broker answers with the first method of a connection.</summary>
    private bool Accepts()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, ports[2]));
            socket.Send(hello);
            var first = new byte[1];
            return socket.Receive(first) == 1 && first[0] == 1;
        }
        catch (SocketException)
        {
            return false; // Not yet.
        }
    }
}
