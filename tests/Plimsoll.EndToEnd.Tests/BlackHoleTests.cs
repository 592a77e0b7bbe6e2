namespace Plimsoll.EndToEnd.Tests;

/// <summary>A network that takes every packet and answers none, names included: commands end within what docs/limits.md says, and say whom they did not reach.</summary>
public sealed class BlackHoleTests : IDisposable
{
    /// <summary>As documented, and time to begin on a loaded machine.</summary>
    private static readonly TimeSpan bound = TimeSpan.FromSeconds(120 + 60);

    /// <summary>A cable to a router that is not there, whose address is known all the same, and a server of names behind it.</summary>
    private const string Silence = """
        set -e
        ip link set lo up
        ip link add veth0 type veth peer name veth1
        ip address add 10.11.12.13/24 dev veth0
        ip link set veth0 up
        ip link set veth1 up
        ip neighbour add 10.11.12.1 lladdr 02:00:00:00:00:01 dev veth0 nud permanent
        ip route add default via 10.11.12.1 dev veth0
        printf 'nameserver 10.11.12.1\n' > "$1/resolv.conf"
        mount --bind "$1/resolv.conf" /etc/resolv.conf
        shift
        exec "$@"
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-silent-").FullName;

    public BlackHoleTests()
    {
        Assert.SkipWhen(Run.Shell("unshare --net --mount sh -c 'ip link add veth0 type veth peer name veth1 && mount --bind /etc/hosts /etc/resolv.conf'").Code != 0, "network namespaces or veth devices cannot be made here");
        Directory.CreateDirectory(Path.Combine(folder, "root/etc/apt"));
        Directory.CreateDirectory(Path.Combine(folder, "root/var/lib/dpkg/info"));
        Directory.CreateDirectory(Path.Combine(folder, "root/srv/node_modules/left-pad"));
        File.WriteAllText(Path.Combine(folder, "root/etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
        File.WriteAllText(Path.Combine(folder, "root/etc/apt/sources.list"), "deb http://deb.debian.org/debian bookworm main\ndeb http://10.20.30.40/debian bookworm main\n");
        File.WriteAllText(Path.Combine(folder, "root/var/lib/dpkg/status"), "Package: base-files\nStatus: install ok installed\nVersion: 12.4\nArchitecture: amd64\nMaintainer: x\nDescription: x\n");
        File.WriteAllText(Path.Combine(folder, "root/var/lib/dpkg/info/base-files.list"), "/.\n");
        File.WriteAllText(Path.Combine(folder, "root/srv/node_modules/left-pad/package.json"), """{"name": "left-pad", "version": "1.3.0"}""");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Ended Silently(params string[] arguments) => SilentlyFrom("", arguments);

    private Ended SilentlyFrom(string feeds, params string[] arguments) => Run.Program("unshare", ["--net", "--mount", "bash", "-c", Silence, "bash", folder, Run.Cli, .. arguments], new Dictionary<string, string>
    {
        ["PLIMSOLL_FEEDS"] = feeds,
        ["PLIMSOLL_DB"] = Path.Combine(folder, "db"),
        ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"),
    }, bound);

    [Fact]
    public void A_scan_without_data_ends_with_its_inventory()
    {
        var ended = Silently("scan", $"rootfs:{folder}/root").Expect(3);
        Assert.Contains("1 npm", ended.Out, StringComparison.Ordinal);
        Assert.Contains("The server osv-vulnerabilities.storage.googleapis.com does not give `npm/all.zip`: its name cannot be resolved", OneLine(ended.All), StringComparison.Ordinal);
        ended = SilentlyFrom("http://10.20.30.40/", "scan", $"rootfs:{folder}/root", "--plain-http", "--format", "json").Expect(3);
        Assert.Contains("The server 10.20.30.40 does not give `npm/all.zip`: no connection within 10 seconds. Check the address, the network and proxy settings (HTTPS_PROXY), or try again later", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_of_everything_ends_and_names_each_server()
    {
        var ended = Silently("db", "update", "--quiet").Expect(2);
        foreach (var host in (string[])["www.cisa.gov", "endoflife.date", "osv-vulnerabilities.storage.googleapis.com", "security-tracker.debian.org", "security.access.redhat.com", "nvd.nist.gov"])
            Assert.Contains($"The server {host} does not give", OneLine(ended.All), StringComparison.Ordinal);
        ended = SilentlyFrom("http://10.20.30.40/", "db", "update", "--quiet", "--plain-http", "--ecosystems", "npm").Expect(2);
        Assert.Contains("The server 10.20.30.40 does not give", ended.All, StringComparison.Ordinal);
        Assert.Contains("no connection within 15 seconds", ended.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Freshness_ends_and_says_what_is_not_known()
    {
        var ended = Silently("scan", $"rootfs:{folder}/root", "--freshness", "--no-vulnerabilities", "--format", "json").Expect(3);
        var said = OneLine(ended.Out);
        Assert.Contains("left-pad is up to date is not known: The server registry.npmjs.org does not give", said, StringComparison.Ordinal);
        Assert.Contains("The server 10.20.30.40 does not give `/debian/dists/bookworm/InRelease`: no connection within 15 seconds", said, StringComparison.Ordinal);
    }

    /// <summary>Tables break their lines.</summary>
    private static string OneLine(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
