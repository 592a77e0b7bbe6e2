using System.Net.Sockets;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines;

/// <summary>Which engine answers; its name in lower case is how messages call it.</summary>
public enum EngineKind
{
    Docker,
    Podman,
}

/// <summary>Finds the Unix socket on which an engine of this machine listens, and opens it.</summary>
internal static class EngineSocket
{
    private const string Scheme = "unix://";

    /// <summary>The first socket that takes a connection.</summary>
    /// <exception cref="PlimsollException">None is there, or none may be used.</exception>
    public static string Find(EngineKind kind)
    {
        var candidates = Candidates(kind);
        var refusals = new List<string>();
        foreach (var path in candidates)
        {
            if (!File.Exists(path)) continue;
            try
            {
                Open(path, Timeout.InfiniteTimeSpan).Dispose();
                return path;
            }
            catch (SocketException failed)
            {
                if (failed.SocketErrorCode == SocketError.AccessDenied) throw new PlimsollException("engine-denied", $"The socket `{path}` of {kind.Display()} may not be used: permission denied.", $"Run as root or as a member of the socket's group, or save the image with {kind.Command()} and scan the archive.");
                refusals.Add($"`{path}` refuses: {failed.Message.Replace($" {path}", "", StringComparison.Ordinal)}");
            }
        }
        if (refusals.Count > 0) throw new PlimsollException("engine-not-running", $"{kind.Display()} does not answer: {string.Join("; ", refusals)}.", $"Start it ({Start(kind)}).");
        throw new PlimsollException("engine-not-found", $"There is no socket of {kind.Display()}; looked for {string.Join(", ", candidates.Select(path => $"`{path}`"))}.", $"Start it ({Start(kind)}), or give its socket in {Variable(kind)}=unix:///PATH.");
    }

    /// <param name="path">Of the socket.</param>
    /// <param name="stall">How long a read may wait.</param>
    public static NetworkStream Open(string path, TimeSpan stall)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            if (stall > TimeSpan.Zero) socket.ReceiveTimeout = (int)stall.TotalMilliseconds;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static List<string> Candidates(EngineKind kind)
    {
        if (Environment.GetEnvironmentVariable(Variable(kind)) is { Length: > 0 } host)
            return host.StartsWith(Scheme, StringComparison.Ordinal) ? [host[Scheme.Length..]]
                : throw new PlimsollException("engine-host-unsupported", $"{Variable(kind)} is `{host}`, but only sockets of this machine are used.", $"Set it to unix:///PATH, forward the remote socket with `ssh -L`, or scan the image from its registry.");
        var own = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? runtime : null;
        string? rootless = own is null ? null : Path.Combine(own, kind == EngineKind.Docker ? "docker.sock" : "podman/podman.sock");
        string[] system = [kind == EngineKind.Docker ? "/var/run/docker.sock" : "/run/podman/podman.sock"];
        return rootless is null ? [.. system] : [rootless, .. system];
    }

    private static string Variable(EngineKind kind) => kind == EngineKind.Docker ? "DOCKER_HOST" : "CONTAINER_HOST";

    private static string Start(EngineKind kind) => kind == EngineKind.Docker ? "`systemctl start docker`" : "`systemctl start podman.socket`, or `podman system service --time=0` for your own user";
}

public static class EngineKinds
{
    /// <summary>As its makers write it.</summary>
    public static string Display(this EngineKind kind) => kind == EngineKind.Docker ? "Docker" : "Podman";

    /// <summary>Its command line.</summary>
    public static string Command(this EngineKind kind) => kind == EngineKind.Docker ? "docker" : "podman";
}
