using System.Net.Sockets;
using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>The real images, loaded into real engines and pushed to a real registry: their packages are those of the layout.</summary>
public sealed class EngineImagesTests(RealImages images) : IDisposable
{
    private static readonly string[] names = ["debian-nginx", "debian-node-app"];

    private readonly TemporaryFolder folder = new();
    private Daemon? daemon;

    public void Dispose()
    {
        daemon?.Dispose();
        Tools.Bash("""umount -R "$1/data/overlay" "$1/data" 2>/dev/null || true""", folder.Path);
        folder.Dispose();
    }

    [Fact]
    public void Docker_has_the_packages_of_the_layout()
    {
        Start("""exec unshare --net --mount --fork sh -c 'ip link set lo up; exec dockerd --host "unix://$1/socket" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --bridge none --iptables=false --ip6tables=false' sh "$1" """,
            () => File.Exists(folder.At("socket")), "dockerd", "docker", "containerd", "runc", "unshare", "ip");
        Compare("docker", "DOCKER_HOST", """docker --host "unix://$1/socket" load --quiet --input "$2" """);
    }

    [Fact]
    public void Podman_has_the_packages_of_the_layout()
    {
        File.WriteAllText(folder.At("containers.conf"), "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\nruntime = \"runc\"\n");
        Start("""unset CONTAINER_HOST; CONTAINERS_CONF="$1/containers.conf" exec podman --root "$1/data" --runroot "$1/run" system service --time=0 "unix://$1/socket" """,
            () => File.Exists(folder.At("socket")), "podman", "runc", "conmon");
        Compare("podman", "CONTAINER_HOST", """unset CONTAINER_HOST; CONTAINERS_CONF="$1/containers.conf" podman --root "$1/data" --runroot "$1/run" load --quiet --input "$2" """);
    }

    [Fact]
    public void A_registry_has_the_packages_of_the_layout()
    {
        var port = Tools.FreePort();
        File.WriteAllText(folder.At("config.yml"), $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{folder.At("data")}} } }
            http: { addr: ":{{port}}", secret: x }
            """);
        Start("""exec docker-registry serve "$1/config.yml" """, () => Listens(port), "docker-registry", "skopeo");
        foreach (var name in names)
        {
            Tools.Bash("""skopeo copy --quiet --dest-tls-verify=false "oci:$1:latest" "docker://$2" """, Path.Combine(images.Folder, name, "oci"), $"127.0.0.1:{port}/plimsoll/{name}:latest");
            AssertSame(name, $"registry:127.0.0.1:{port}/plimsoll/{name}:latest", []);
        }
    }

    private void Start(string script, Func<bool> isUp, params string[] programs)
    {
        if (Tools.Missing(programs) is { } missing) Assert.Skip(missing);
        if (!Environment.IsPrivilegedProcess) Assert.Skip("Only root can start an engine of its own.");
        _ = images.Folder; // Without images there is nothing to start for.
        daemon = new Daemon(folder.At("log"), script, folder.Path);
        if (!Tools.Eventually(() => daemon.HasEnded || isUp(), 60) || daemon.HasEnded) Assert.Skip($"{programs[0]} does not start here: {daemon.LastWords}");
    }

    private void Compare(string prefix, string variable, string load)
    {
        foreach (var name in names)
        {
            try
            {
                Tools.Bash(load, folder.Path, Path.Combine(images.Folder, name, "docker.tar"));
            }
            catch (InvalidOperationException failed)
            {
                Assert.Skip($"{prefix} loads no image here: {failed.Message}");
            }
            AssertSame(name, $"{prefix}:plimsoll.test/{name}:latest", new Dictionary<string, string> { [variable] = $"unix://{folder.At("socket")}" });
        }
    }

    private void AssertSame(string name, string target, Dictionary<string, string> environment)
    {
        using var report = JsonDocument.Parse(Run.Program(Run.Cli, ["scan", target, "--format", "json"], environment).Expect(0).Out);
        Assert.Equal(images.Purls(name, "oci"), report.RootElement.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("purl").GetString()));
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
