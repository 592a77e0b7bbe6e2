using System.Diagnostics;

namespace Plimsoll.EndToEnd.Tests.GuardRun;

/// <summary>
/// A network namespace that stands for a machine: an engine, servers whose log says who connected, and a name server. Addresses are
/// those of documentation (RFC 5737), so nothing of it leaves.
/// </summary>
public abstract class Machine : IDisposable
{
    public const string Allowed = "198.51.100.1", Forbidden = "198.51.100.2", NameServer = "198.51.100.53", Image = "plimsoll.test/busybox:1";

    /// <summary>Accepts on every address, logs each connection, answers one line, and swallows what comes.</summary>
    private const string servers = """
        import socket, sys, threading
        log = open(sys.argv[1], "a", buffering=1)
        def serve(listener, name):
            while True:
                client, _ = listener.accept()
                log.write(name + "\n")
                threading.Thread(target=answer, args=(client, name), daemon=True).start()
        def answer(client, name):
            try:
                client.sendall(("hello from " + name + "\n").encode())
                while client.recv(65536): pass
            except OSError: pass
            client.close()
        def datagrams(bound, name):
            while True:
                bound.recvfrom(100); log.write(name + "\n")
        for address in ("198.51.100.1", "198.51.100.2"):
            for port in (80, 5432):
                listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, port)); listener.listen(1024)
                threading.Thread(target=serve, args=(listener, f"{address}:{port}"), daemon=True).start()
            bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); bound.bind((address, 9999))
            threading.Thread(target=datagrams, args=(bound, f"{address}:9999/udp"), daemon=True).start()
        print("up", flush=True)
        threading.Event().wait()
        """;

    private readonly TemporaryFolder folder = new();
    private readonly Daemon? machine;

    protected Machine(bool isPodman)
    {
        IsPodman = isPodman;
        SkipReason = Tools.Missing([.. isPodman ? ["podman", "conmon"] : (string[])["dockerd", "docker", "containerd"], "runc", "unshare", "nsenter", "ip", "nft", "busybox", "dnsmasq", "python3"]);
        if (SkipReason is null && !Environment.IsPrivilegedProcess) SkipReason = "only root can enter the namespaces of containers";
        if (SkipReason is not null) return;
        File.WriteAllText(folder.At("containers.conf"), """
            [containers]
            default_ulimits = ["nofile=20000:20000", "nproc=4000:4000"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            """);
        File.WriteAllText(folder.At("servers.py"), servers);
        machine = new Daemon(folder.At("log"), """
            exec unshare --net --mount --fork bash -c '
                ip link set lo up
                for address in 198.51.100.1 198.51.100.2 198.51.100.53; do ip addr add $address/32 dev lo; done
                python3 "$1/servers.py" "$1/connections" > "$1/servers" &
                dnsmasq --no-daemon --no-resolv --no-hosts --user=root --pid-file --listen-address=198.51.100.53 --bind-interfaces --local=/test/ --host-record=db.shop.test,198.51.100.1,60 --host-record=other.test,198.51.100.2 --host-record=a.many.test,198.51.100.1 --host-record=inside.test,127.0.0.1 &
                if [ "$2" = docker ]; then
                    dockerd --host "unix://$1/socket" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --bridge none --iptables=false --ip6tables=false &
                fi
                echo $$ > "$1/machine"
                trap "kill \$(jobs -p); wait; exit" TERM
                wait' bash "$1" "$2"
            """, folder.Path, isPodman ? "podman" : "docker");
        if (!Tools.Eventually(() => machine.HasEnded || (Reads("servers").Contains("up", StringComparison.Ordinal) && (isPodman || File.Exists(folder.At("socket")))), 60) || machine.HasEnded)
        {
            SkipReason = $"{Engine} does not start here: {machine.LastWords}";
            return;
        }
        var loaded = Shell($"""
            set -e
            mkdir -p "{folder.Path}/root/bin" "{folder.Path}/root/tmp" "{folder.Path}/root/etc" "{folder.Path}/root/proc" "{folder.Path}/root/dev" "{folder.Path}/root/sys"
            cp "$(command -v busybox)" "{folder.Path}/root/bin/busybox"
            for name in sh nc wget nslookup cat echo ip id kill mount nsenter unshare sleep ps ping hostname httpd mkdir seq test true rm; do ln -sf busybox "{folder.Path}/root/bin/$name"; done
            tar -C "{folder.Path}/root" -c . | {Command} import - {Image} >/dev/null
            {Command} run --rm --network none {Image} /bin/true
            """);
        if (loaded.Code != 0) SkipReason = $"{Engine} runs no container here: {loaded.All.Trim()}";
    }

    public bool IsPodman { get; }
    public string? SkipReason { get; }
    public string Engine => IsPodman ? "podman" : "docker";

    /// <summary>The engine's command line with what leads it to this engine.</summary>
    public string Command => IsPodman ? $"podman --root {folder.Path}/data --runroot {folder.Path}/run" : $"docker --host unix://{folder.Path}/socket";

    public string State => folder.At("state");

    /// <summary>Servers that were connected to, one line a connection.</summary>
    public string[] Connections => Reads("connections").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void ForgetConnections() => File.WriteAllText(folder.At("connections"), "");

    private string Reads(string name) => File.Exists(folder.At(name)) ? File.ReadAllText(folder.At(name)) : "";

    /// <summary>A script on the machine.</summary>
    internal Ended Shell(string script, params string[] arguments) =>
        Run.Shell($"export CONTAINERS_CONF={folder.Path}/containers.conf; unset DOCKER_HOST CONTAINER_HOST; script=$1; shift; exec nsenter --net=/proc/$(cat {folder.Path}/machine)/ns/net bash -c \"$script\" bash \"$@\"", [script, .. arguments]);

    /// <summary>`plimsoll guard run … -- ENGINE run --rm …`.</summary>
    /// <param name="guard">Options of `guard run`.</param>
    /// <param name="run">Options of the engine's `run`.</param>
    internal Ended Guarded(string guard, string run, string script) => Shell($"exec \"$1\" guard run --state {State} {guard} -- {Command} run --rm {run} {Image} /bin/sh -c \"$2\"", Run.Cli, script);

    /// <summary>The same, running; its output goes to a file.</summary>
    internal Background Begin(string guard, string run, string script) => new(this, guard, run, script);

    internal sealed class Background : IDisposable
    {
        private readonly TemporaryFolder own = new();
        private readonly Machine machine;
        private readonly Process process;

        public Background(Machine machine, string guard, string run, string script)
        {
            this.machine = machine;
            File.WriteAllText(own.At("script"), script);
            process = Process.Start(new ProcessStartInfo("bash", ["-c", $"""
                export CONTAINERS_CONF={machine.folder.Path}/containers.conf; unset DOCKER_HOST CONTAINER_HOST
                exec nsenter --net=/proc/$(cat {machine.folder.Path}/machine)/ns/net "$1" guard run --state {machine.State} {guard} -- {machine.Command} run --rm {run} {Image} /bin/sh -c "$(cat {own.Path}/script)" >{own.Path}/out 2>{own.Path}/err </dev/null
                """, "bash", Run.Cli])
            { UseShellExecute = false })!;
        }

        public string Out => File.Exists(own.At("out")) ? File.ReadAllText(own.At("out")) : "";
        public string Err => File.Exists(own.At("err")) ? File.ReadAllText(own.At("err")) : "";
        public int Supervisor => process.Id; // The shell and nsenter became it.
        public bool HasEnded => process.HasExited;
        public string StateFolder => Directory.GetDirectories(Path.Combine(machine.State, "guard")).Single(folder => File.ReadAllText(Path.Combine(folder, "run.json")).Contains($"\"process\":{process.Id}", StringComparison.Ordinal));

        /// <summary>The guard's process: the supervisor's child that serves.</summary>
        public int Worker() => int.Parse(Run.Shell("pgrep -P \"$1\" -f 'guard serve-run' | head -n 1", $"{process.Id}").Out.Trim() is { Length: > 0 } number ? number : "0");

        public int Wait()
        {
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), $"it does not end: {Out} {Err}");
            return process.ExitCode;
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
            own.Dispose();
        }
    }

    public void Dispose()
    {
        if (SkipReason is null) Shell($"{Command} rm --force $({Command} ps --all --quiet) 2>/dev/null");
        if (File.Exists(folder.At("machine"))) Run.Shell("kill \"$(cat \"$1\")\"", folder.At("machine"));
        machine?.Dispose();
        Run.Shell("""umount -R "$1/data/overlay" "$1/data" 2>/dev/null; true""", folder.Path);
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class DockerMachine() : Machine(isPodman: false);

public sealed class PodmanMachine() : Machine(isPodman: true);
