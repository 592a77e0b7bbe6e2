using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The real php-fpm over files in a folder of its own: asked for its pools, and, running, for what is in force of PHP's settings in each.</summary>
internal sealed class PhpFpmServer : IDisposable
{
    public const string Program = "/usr/sbin/php-fpm8.2";

    public PhpFpmServer()
    {
        if (!File.Exists(Program)) Assert.Skip("php8.2-fpm is not installed.");
        if (Environment.UserName != "root") Assert.Skip("only root can have workers of another user.");
        // Workers have to reach the script.
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1ED);
        File.WriteAllText(Folder + "/ini.php", "<?php $disabled = []; foreach (['exec', 'system', 'passthru', 'popen'] as $name) if (!function_exists($name)) $disabled[] = $name; $all = ini_get_all(null, false); ksort($all); print json_encode(['ini' => $all, 'disabled' => $disabled, 'env' => getenv()], JSON_PARTIAL_OUTPUT_ON_ERROR);");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-fpm-").FullName;

    public static string Version { get; } = File.Exists(Program) ? Programs.Run("/", Program, "-v").Output.Split(' ')[1] : "";

    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    /// <summary>Lines `key = value` by section; or what it says when it refuses.</summary>
    public (Dictionary<string, List<(string Key, string Value)>>? Said, string Errors) Test(string[] environment, string[] arguments)
    {
        var (exit, output, errors) = Programs.Run(Folder, "env", ["-i", "PATH=/usr/bin:/bin", .. environment, Program, "-tt", .. arguments]);
        if (exit != 0) return (null, output + errors);
        var said = new Dictionary<string, List<(string, string)>>(StringComparer.Ordinal);
        List<(string, string)> section = [];
        foreach (var line in errors.Split('\n'))
            if (line.IndexOf("NOTICE: ", StringComparison.Ordinal) is >= 0 and var at)
            {
                var text = line[(at + "NOTICE: ".Length)..];
                if (text.StartsWith('[')) said[text.Trim('[', ']')] = section = [];
                else if (text.StartsWith('\t') && text.IndexOf(" = ", StringComparison.Ordinal) is > 0 and var equals) section.Add((text[1..equals], text[(equals + 3)..]));
            }
        return (said, errors);
    }

    /// <summary>What a script of the pool says of PHP's settings, functions and environment.</summary>
    public Dictionary<string, JsonElement> Ask(string[] environment, string[] arguments, params string[] sockets)
    {
        var start = new ProcessStartInfo("env", ["-i", "PATH=/usr/bin:/bin", .. environment, Program, "-F", .. arguments]) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        try
        {
            var answers = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var socket in sockets)
            {
                for (var tries = 0; !answers.ContainsKey(socket); tries++)
                {
                    Assert.True(tries < 600 && !process.HasExited, process.HasExited ? errors.Result : "php-fpm does not listen");
                    if (TryAsk(socket) is { } answer) answers[socket] = answer;
                    else Thread.Sleep(50);
                }
            }
            return answers;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit();
            foreach (var socket in sockets) File.Delete(socket);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>One request of FastCGI (its specification 1.0): begin, parameters, an empty input; the answer is the records of standard output.</summary>
    private JsonElement? TryAsk(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            return null; // Not there yet.
        }
        var parameters = new MemoryStream();
        foreach (var (name, value) in ((string, string)[])[("SCRIPT_FILENAME", Folder + "/ini.php"), ("SCRIPT_NAME", "/ini.php"), ("REQUEST_METHOD", "GET"), ("SERVER_PROTOCOL", "HTTP/1.1")])
        {
            parameters.Write([(byte)name.Length, (byte)value.Length]);
            parameters.Write(Encoding.ASCII.GetBytes(name + value));
        }
        socket.Send([.. Record(1, [0, 1, 0, 0, 0, 0, 0, 0]), .. Record(4, parameters.ToArray()), .. Record(4, []), .. Record(5, [])]);
        using var stream = new NetworkStream(socket);
        using var received = new MemoryStream();
        stream.CopyTo(received);
        var (bytes, output, at) = (received.ToArray(), new MemoryStream(), 0);
        while (at + 8 <= bytes.Length)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 4));
            if (bytes[at + 1] == 6) output.Write(bytes, at + 8, length);
            at += 8 + length + bytes[at + 6];
        }
        var text = Encoding.UTF8.GetString(output.ToArray());
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(body >= 0, text);
        try
        {
            using var document = JsonDocument.Parse(text[(body + 4)..]);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            Assert.Fail(text);
            return null;
        }
    }

    private static byte[] Record(byte type, byte[] content) => [1, type, 0, 1, (byte)(content.Length >> 8), (byte)content.Length, 0, 0, .. content];
}
