using System.Collections.Frozen;

namespace Plimsoll.Guard.Containers;

/// <summary>What becomes of an option of `docker run` or `podman run`.</summary>
internal enum Treatment
{
    /// <summary>Nothing of it concerns the network or the guard's standing: it is passed on as it is.</summary>
    Passed,
    /// <summary>It is judged by its value.</summary>
    Judged,
    /// <summary>The guard does it itself.</summary>
    Translated,
    /// <summary>With it the guard would guard nothing.</summary>
    Refused,
}

/// <summary>One option of `run`.</summary>
/// <param name="TakesValue">Otherwise it is a switch, `--rm` or `--rm=true`.</param>
/// <param name="Why">Of a refused one: what it would do, and what to do instead, sentences.</param>
internal sealed record RunOption(string Name, bool TakesValue, Treatment Treatment, string Why = "")
{
    private static readonly string[] passedSwitches =
    [
        "disable-content-trust", "env-host", "help", "http-proxy", "init", "interactive", "no-healthcheck", "oom-kill-disable", "passwd", "quiet",
        "read-only", "read-only-tmpfs", "replace", "rm", "rmi", "sig-proxy", "tls-verify", "tty", "unsetenv-all",
    ];

    private static readonly string[] passedValues =
    [
        "annotation", "arch", "attach", "authfile", "blkio-weight", "blkio-weight-device", "cap-drop", "cgroup-conf", "cgroup-parent", "cgroupns", "cgroups", "chrootdirs",
        "cidfile", "conmon-pidfile", "cpu-count", "cpu-percent", "cpu-period", "cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems",
        "detach-keys", "device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "entrypoint", "env", "env-file", "env-merge", "expose", "gidmap", "gpus",
        "group-add", "group-entry", "health-cmd", "health-interval", "health-on-failure", "health-retries", "health-start-interval", "health-start-period", "health-timeout",
        "health-log-destination", "health-max-log-count", "health-max-log-size", "health-startup-cmd", "health-startup-interval", "health-startup-retries", "health-startup-success",
        "health-startup-timeout", "image-volume", "init-path", "io-maxbandwidth", "io-maxiops", "isolation", "kernel-memory", "label", "label-file", "log-driver", "log-opt", "memory", "memory-reservation", "memory-swap",
        "memory-swappiness", "name", "oom-score-adj", "os", "passwd-entry", "personality", "pidfile", "pids-limit", "platform", "pull", "rdt-class", "requires",
        "runtime", "sdnotify", "secret", "shm-size", "shm-size-systemd", "stop-signal", "stop-timeout", "storage-opt", "subgidname", "subuidname", "systemd", "timeout", "tmpfs",
        "tz", "uidmap", "ulimit", "umask", "unsetenv", "user", "variant", "volume-driver", "workdir",
    ];

    private static readonly string[] judged = ["cap-add", "device", "ipc", "mount", "pid", "restart", "security-opt", "sysctl", "userns", "uts", "volume"];

    private static readonly string[] translatedValues = ["add-host", "dns", "dns-option", "dns-search", "hostname", "net", "network", "publish"];

    private static readonly RunOption[] refused =
    [
        new("privileged", false, Treatment.Refused, "it lets the container change the guard's rules and leave its namespace. Leave it out."),
        new("detach", false, Treatment.Refused, "the guard stays as long as the container, and ends with its exit code. Leave it out; a service manager or `&` puts both into the background."),
        new("publish-all", false, Treatment.Refused, "the guard opens only ports that are named. Write `--publish PORT:PORT` for each."),
        new("pod", true, Treatment.Refused, "a pod has a network of its own. Run the container alone."),
        new("pod-id-file", true, Treatment.Refused, "a pod has a network of its own. Run the container alone."),
        new("ip", true, Treatment.Refused, "the container has no address that others could see. Leave it out."),
        new("ip6", true, Treatment.Refused, "the container has no address that others could see. Leave it out."),
        new("link-local-ip", true, Treatment.Refused, "the container has no address that others could see. Leave it out."),
        new("mac-address", true, Treatment.Refused, "the container has no interface but loopback. Leave it out."),
        new("network-alias", true, Treatment.Refused, "the container has no address that others could see. Leave it out."),
        new("link", true, Treatment.Refused, "the guard gives the container its only network. Name the other container's address in the profile."),
        new("domainname", true, Treatment.Refused, "engines do not give one to a container that joins a network. Write it into `--hostname`."),
        new("hostuser", true, Treatment.Refused, "it makes users of the machine users of the container. Leave it out."),
        new("no-hosts", false, Treatment.Refused, "the guard writes the container's /etc/hosts. Leave it out."),
        new("device-cgroup-rule", true, Treatment.Refused, "it opens devices of the machine, with which the guard can be stopped. Name single devices with `--device`."),
        new("volumes-from", true, Treatment.Refused, "what another container has mounted is not known here, such as an engine's socket. Name the volumes with `--volume`."),
        new("rootfs", false, Treatment.Refused, "only images are run. Make one of the folder with `import`."),
        new("preserve-fds", true, Treatment.Refused, "open files of the machine may be a way out. Leave it out."),
        new("use-api-socket", false, Treatment.Refused, "it gives the container the engine, with which it can start others that nobody guards. Leave it out."),
        new("seccomp-policy", true, Treatment.Refused, "an image may then choose its own. Leave it out."),
    ];

    private static readonly FrozenDictionary<string, RunOption> all = ((IEnumerable<RunOption>)[
        .. passedSwitches.Select(name => new RunOption(name, false, Treatment.Passed)), .. passedValues.Select(name => new RunOption(name, true, Treatment.Passed)),
        .. judged.Select(name => new RunOption(name, true, Treatment.Judged)), .. translatedValues.Select(name => new RunOption(name, true, Treatment.Translated)), .. refused,
    ]).ToFrozenDictionary(option => option.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<char, string> letters = new Dictionary<char, string>
    {
        ['a'] = "attach", ['c'] = "cpu-shares", ['d'] = "detach", ['e'] = "env", ['h'] = "hostname", ['i'] = "interactive", ['l'] = "label", ['m'] = "memory",
        ['p'] = "publish", ['P'] = "publish-all", ['q'] = "quiet", ['t'] = "tty", ['u'] = "user", ['v'] = "volume", ['w'] = "workdir",
    }.ToFrozenDictionary();

    public static IEnumerable<RunOption> All => all.Values;

    public static RunOption? Find(string name) => all.GetValueOrDefault(name);

    public static RunOption? Find(char letter) => letters.TryGetValue(letter, out var name) ? all[name] : null;
}
