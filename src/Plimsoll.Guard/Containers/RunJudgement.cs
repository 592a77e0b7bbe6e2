using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>Options of `run` that pass with one value and would undo the guard with another.</summary>
internal static class RunJudgement
{
    /// <summary>Engines' defaults, and others with which no rule, namespace or process of the machine can be changed.</summary>
    private static readonly string[] capabilities =
    [
        "AUDIT_WRITE", "BLOCK_SUSPEND", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "IPC_LOCK", "KILL", "LEASE", "LINUX_IMMUTABLE", "MKNOD", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "WAKE_ALARM",
    ];

    private static readonly string[] devices = ["/dev/dri", "/dev/snd", "/dev/kvm", "/dev/fuse", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/nvidia", "/dev/kfd", "/dev/video", "/dev/tty", "/dev/bus/usb", "/dev/input", "/dev/net/tun"];

    /// <summary>With these a container has the kernel, the engine or the guard: not they, nothing above them, nothing in them.</summary>
    private static readonly string[] closedFolders = ["/proc", "/sys", "/dev", "/run/docker", "/run/containerd", "/run/podman", "/run/crio", "/run/plimsoll", "/run/systemd", "/run/dbus", "/var/lib/docker", "/var/lib/containers", "/var/lib/containerd"];

    /// <summary>Words of `--network` that are no network of names.</summary>
    private static readonly string[] engineNetworks = ["host", "none", "bridge", "default", "private", "podman", "pasta", "slirp4netns", "nat"];

    private static readonly string[] sockets = ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"];

    /// <summary>Who writes there becomes root on the machine.</summary>
    private static readonly string[] readOnlyFolders = ["/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/root", "/var/spool/cron"];

    /// <exception cref="PlimsollException">It would undo the guard.</exception>
    public static void Check(RunArguments.Given given)
    {
        var why = given.Option.Treatment == Treatment.Refused ? given is { Option.TakesValue: false, Value: "false" } ? null : given.Option.Why : Why(given.Option.Name, given.Value);
        if (why is null) return;
        var shown = given.Option.TakesValue ? $"--{given.Option.Name} {given.Value}" : $"--{given.Option.Name}";
        throw RunArguments.Wrong($"`{shown}` does not go with it: {why}");
    }

    private static string? Why(string option, string value) => option switch
    {
        "cap-add" => value.Split(',').All(name => capabilities.Contains(Capability(name))) ? null : $"with this capability the container may change the guard's rules or stop it. Allowed are {string.Join(", ", capabilities)}.",
        "device" => !value.StartsWith('/') || devices.Any(device => value.StartsWith(device, StringComparison.Ordinal)) ? null : $"through some devices the machine can be taken over. Allowed are those that begin with {string.Join(", ", devices)}.",
        "ipc" => value is "" or "none" or "private" or "shareable" ? null : "it shares memory and semaphores with others. Write `private` or `none`.",
        "pid" => value is "" or "private" ? null : "the container could see and stop processes of others. Leave it out.",
        "uts" => value is "" or "private" ? null : "the container could change the machine's name. Leave it out.",
        "userns" => value.Split(':')[0] is "" or "host" or "auto" or "keep-id" or "nomap" or "private" ? null : "the container would join another one's users. Leave it out.",
        "restart" => value is "no" or "" ? null : "the engine would start the container again after the guard has ended. Let a service manager restart `plimsoll guard run`.",
        "security-opt" => value.StartsWith("unmask", StringComparison.Ordinal) || value.StartsWith("systempaths", StringComparison.Ordinal) ? "it opens parts of /proc and /sys with which the kernel can be changed. Leave it out." : null,
        "sysctl" => value.StartsWith("net.", StringComparison.Ordinal) ? "the guard has the namespace's network settings. Leave it out." : null,
        "volume" => Volume(value),
        "mount" => Mount(value),
        "network" or "net" => IsNetwork(value) ? null : "the guard gives the container its only network. Name a network that was made with `network create`, whose containers it may then reach by their names, or leave it out.",
        _ => null,
    };

    /// <summary>One that somebody has made, and none of the engines' own words or options.</summary>
    private static bool IsNetwork(string value) =>
        value.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(value[0]) && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-') && !engineNetworks.Contains(value);

    private static string Capability(string name) => name.Trim().ToUpperInvariant() is var upper && upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;

    /// <summary>`SOURCE:TARGET[:OPTIONS]`; a volume's name and a target alone are no folder of the machine.</summary>
    private static string? Volume(string value)
    {
        var parts = value.Split(':');
        return parts.Length == 1 ? Target(parts[0]) : Bind(parts[0], isReadOnly: parts.Length > 2 && parts[2].Split(',').Contains("ro")) ?? Target(parts[1]);
    }

    private static string? Mount(string value)
    {
        var members = value.Split(',').Select(member => member.Split('=', 2)).ToList();
        string? Member(params string[] names) => members.LastOrDefault(member => names.Contains(member[0])) is { } found ? found.Length > 1 ? found[1] : "true" : null;
        if (Member("volume-opt") is not null) return "options of a volume can make it any folder of the machine. Make the volume first, and name it.";
        var isReadOnly = Member("readonly", "ro") is not (null or "false" or "0");
        return (Member("type") is "bind" or "glob" && Member("source", "src") is { } source ? Bind(source, isReadOnly) : null) ?? Target(Member("target", "destination", "dst") ?? "");
    }

    private static string? Target(string target) =>
        target.TrimEnd('/') is "/etc/resolv.conf" or "/etc/hosts" or "/etc" ? "the guard writes the container's /etc/resolv.conf and /etc/hosts. Use `--dns-search` and `--add-host`." : null;

    private static string? Bind(string source, bool isReadOnly)
    {
        if (!source.StartsWith('/') && !source.StartsWith('.') && !source.StartsWith('~')) return null;
        var path = Resolved(source);
        if (sockets.Contains(Path.GetFileName(path)) || closedFolders.Any(folder => IsAtOrAbove(path, folder) || IsAtOrAbove(folder, path)) || path == "/run")
            return "with it the container has the kernel, an engine or the guard in its hands. Mount only the folder that the application needs.";
        return !isReadOnly && readOnlyFolders.Any(folder => IsAtOrAbove(path, Resolved(folder))) ? "whoever writes there is root on the machine. Mount it read-only (`:ro`), or only the folder that the application needs." : null;
    }

    private static bool IsAtOrAbove(string folder, string path) => folder == "/" || path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>Without links on the way, as far as it exists.</summary>
    private static string Resolved(string path)
    {
        path = Path.GetFullPath(path);
        var resolved = "/";
        var links = 0;
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (left.TryPop(out var name))
        {
            if (name == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }
            var next = Path.Combine(resolved, name);
            if (++links < 1_000 && new FileInfo(next).LinkTarget is { } target)
            {
                if (target.StartsWith('/')) resolved = "/";
                foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse()) left.Push(part);
            }
            else resolved = next;
        }
        return resolved;
    }
}
