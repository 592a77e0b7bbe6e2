using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>An engine with a socket, data and network of its own, which holds the tiny image.</summary>
public abstract class RealEngine : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Daemon? daemon;
    private int containers;

    protected RealEngine(TinyImage image, EngineKind kind)
    {
        Kind = kind;
        SkipReason = image.SkipReason ?? Tools.Missing(kind == EngineKind.Docker ? ["dockerd", "docker", "containerd", "runc", "unshare", "ip"] : ["podman", "runc", "conmon"]);
        if (SkipReason is null && !Environment.IsPrivilegedProcess) SkipReason = "only root can start an engine of its own";
        if (SkipReason is not null) return;
        File.WriteAllText(folder.At("containers.conf"), """
            [containers]
            default_ulimits = ["nofile=20000:20000", "nproc=4000:4000"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            """);
        daemon = kind == EngineKind.Docker
            ? new Daemon(folder.At("log"), """
                exec unshare --net --mount --fork sh -c 'ip link set lo up; exec dockerd --host "unix://$1/socket" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --bridge none --iptables=false --ip6tables=false' sh "$1"
                """, folder.Path)
            : new Daemon(folder.At("log"), """unset CONTAINER_HOST; CONTAINERS_CONF="$1/containers.conf" exec podman --root "$1/data" --runroot "$1/run" system service --time=0 "unix://$1/socket" """, folder.Path);
        if (!Tools.Eventually(() => File.Exists(Socket) || daemon.HasEnded, 40) || daemon.HasEnded)
        {
            SkipReason = $"{kind.Display()} does not start here: {daemon.LastWords}";
            return;
        }
        try
        {
            Command("""$engine load --input "$2" >&2""", image.Archive);
        }
        catch (InvalidOperationException failed)
        {
            SkipReason = $"{kind.Display()} loads no image here: {failed.Message}";
        }
    }

    public EngineKind Kind { get; }
    public string? SkipReason { get; }
    public string Socket => folder.At("socket");

    public string Command(string script, params string[] arguments) => Tools.Bash(
        Kind == EngineKind.Docker ? $"""engine="docker --host unix://$1/socket"; {script}""" : $"""unset CONTAINER_HOST; export CONTAINERS_CONF="$1/containers.conf"; engine="podman --root $1/data --runroot $1/run"; {script}""",
        [folder.Path, .. arguments]);

    /// <summary>A container that has done what its arguments say and waits.</summary>
    public string Start(params string[] arguments)
    {
        var name = $"c{++containers}";
        Command("""name=$2; shift 2; $engine run --detach --network none --name "$name" --env FROM=container plimsoll.test/tiny:1 /tool "$@" sleep >&2""", [name, .. arguments]);
        Assert.True(Tools.Eventually(() => Command("""$engine logs "$2" """, name).Contains("ready", StringComparison.Ordinal), 20));
        return name;
    }

    /// <summary>Makes this the engine that Plimsoll finds, and no other.</summary>
    public void Use()
    {
        Assert.SkipWhen(SkipReason is not null, SkipReason ?? "");
        Environment.SetEnvironmentVariable("DOCKER_HOST", "unix://" + (Kind == EngineKind.Docker ? Socket : folder.At("none")));
        Environment.SetEnvironmentVariable("CONTAINER_HOST", "unix://" + (Kind == EngineKind.Podman ? Socket : folder.At("none")));
    }

    public void Dispose()
    {
        if (SkipReason is null) Command("""$engine rm --force $($engine ps --all --quiet) >&2 || true""");
        daemon?.Dispose();
        if (daemon is not null) Tools.Bash("""umount -R "$1/data/overlay" "$1/data" 2>/dev/null || true""", folder.Path);
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class DockerEngine(TinyImage image) : RealEngine(image, EngineKind.Docker);

public sealed class PodmanEngine(TinyImage image) : RealEngine(image, EngineKind.Podman);

public sealed class DockerTests(DockerEngine engine, TinyImage image) : EngineTests(engine, image), IClassFixture<DockerEngine>;

public sealed class PodmanTests(PodmanEngine engine, TinyImage image) : EngineTests(engine, image), IClassFixture<PodmanEngine>;

public abstract class EngineTests(RealEngine engine, TinyImage image)
{
    private string Prefix => engine.Kind.Command();

    private static ScanResult Scan(string target) => Scanner.Scan(new ScanRequest { Target = Target.Parse(target) });

    [Fact]
    public void An_image_is_what_its_layout_is()
    {
        engine.Use();
        var result = Scan($"{Prefix}:{TinyImage.Name}");
        image.Check(result);
        Assert.Equal(Enum.Parse<SourceKind>(engine.Kind.ToString()), result.Image.Source);
        Assert.Equal(TinyImage.Name, result.Image.Reference);
        Assert.Equal([TinyImage.Name], result.Image.Names);
        Assert.Empty(result.Notes);
    }

    [Fact]
    public void A_second_scan_asks_for_no_archive_unless_something_is_missing()
    {
        engine.Use();
        using var folder = new TemporaryFolder();
        using var proxy = new SocketProxy(engine.Socket);
        Environment.SetEnvironmentVariable(engine.Kind == EngineKind.Docker ? "DOCKER_HOST" : "CONTAINER_HOST", $"unix://{proxy.Path}");
        var without = Scan($"{Prefix}:{TinyImage.Name}");
        proxy.TakeSent();

        Check(1); // Nothing is kept yet.
        Check(0);
        var largest = Directory.GetFiles(folder.At("cache"), "*.layer").MaxBy(file => new FileInfo(file).Length)!;
        var bytes = File.ReadAllBytes(largest);
        bytes[bytes.Length / 2] ^= 1; // The content of the program, which is then taken from the engine's archive.
        File.WriteAllBytes(largest, bytes);
        Check(1, "A file of the layer cache was damaged; it was discarded and what it held was read anew.");
        Check(0);
        File.Delete(Directory.GetFiles(folder.At("cache"), "*.layer")[0]);
        Check(1);
        Check(0);
        File.Delete(Assert.Single(Directory.GetFiles(folder.At("cache"), "*.image")));
        Check(1);
        var container = Scanner.Scan(new ScanRequest { Target = Target.Parse($"container:{engine.Start("write", "/opt/new", "x")}"), Cache = new CacheSettings(folder.At("cache")) });
        Assert.Equal((0, without.Counts.Files + 1), (proxy.TakeSent(), container.Counts.Files));

        void Check(int sent, params string[] notes)
        {
            var result = Scanner.Scan(new ScanRequest { Target = Target.Parse($"{Prefix}:{TinyImage.Name}"), Cache = new CacheSettings(folder.At("cache")) });
            image.Check(result);
            Assert.Equal(without.Image.Layers, result.Image.Layers);
            Assert.Equal(without.Image.Names, result.Image.Names);
            Assert.Equal(notes, result.Notes);
            Assert.Equal(sent, proxy.TakeSent());
        }
    }

    [Fact]
    public void An_image_is_found_by_its_id()
    {
        engine.Use();
        var id = Scan($"{Prefix}:{TinyImage.Name}").Image.ConfigDigest!.Value;
        image.Check(Scan($"{Prefix}:{id.Short}"));
    }

    [Fact]
    public void A_name_without_prefix_is_found_and_the_result_says_where()
    {
        engine.Use();
        var result = Scan(TinyImage.Name);
        image.Check(result);
        Assert.Equal(Enum.Parse<SourceKind>(engine.Kind.ToString()), result.Image.Source);
        Assert.Equal([$"The image was found in {engine.Kind.Display()}."], result.Notes);
    }

    [Fact]
    public void Another_platform_than_the_engine_has_is_refused()
    {
        engine.Use();
        var refused = Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse($"{Prefix}:{TinyImage.Name}"), Platform = new Platform("linux", "s390x") }));
        Assert.Equal($"The image `{TinyImage.Name}` of {engine.Kind.Display()} is for {Platform.OfThisMachine}, not linux/s390x.", refused.Message);
    }

    [Fact]
    public void No_such_image_says_how_to_get_it()
    {
        engine.Use();
        var refused = Assert.Throws<PlimsollException>(() => Scan($"{Prefix}:plimsoll.test/absent:1"));
        Assert.Equal($"{engine.Kind.Display()} has no image `plimsoll.test/absent:1`.", refused.Message);
        Assert.Equal($"`{Prefix} images` lists what it has; `{Prefix} pull plimsoll.test/absent:1` or `registry:plimsoll.test/absent:1` takes it from its registry.", refused.Remedy);
    }

    [Theory]
    [InlineData("../containers/json")]
    [InlineData("a/../b")]
    [InlineData("a?b")]
    [InlineData("a b")]
    [InlineData("a%2f..")]
    public void A_name_cannot_lead_elsewhere_in_the_api(string name)
    {
        engine.Use();
        Assert.Equal("name-invalid", Assert.Throws<PlimsollException>(() => Scan($"{Prefix}:{name}")).Code);
    }

    [Fact]
    public void A_container_is_its_image_with_its_own_layer_on_top()
    {
        engine.Use();
        var name = engine.Start(
            "write", "/var/lib/dpkg/status", TinyImage.Status("99"),
            "rm", "/srv/node_modules/left-pad/package.json",
            "mkdir", "/srv/node_modules/added", "write", "/srv/node_modules/added/package.json", """{"name":"added","version":"2.0.0"}""");
        var result = Scan($"container:{name}");
        Assert.Empty(result.Problems);
        Assert.Equal(["added 2.0.0", "base-files 99"], TinyImage.Packages(result));
        Assert.All(result.Packages, package => Assert.Contains(package.Locations, location => location.Layer == 2));
        Assert.Equal(SourceKind.Container, result.Image.Source);
        Assert.Equal(3, result.Image.Layers.Length);
        Assert.Equal($"the read/write layer of container {name}", result.Image.Layers[2].CreatedBy);
        Assert.Null(result.Image.Layers[2].DiffId);
        Assert.Equal("/tool", result.Image.Config.Cmd[0]);
        Assert.Equal("sleep", result.Image.Config.Cmd[^1]);
        Assert.Contains("FROM=container", result.Image.Config.Env);
        Assert.DoesNotContain("FROM=image", result.Image.Config.Env);
        Assert.Equal([$"The container {name} is one of {engine.Kind.Display()}.", "The container was running while it was read, so files that it wrote meanwhile may be of different moments."], result.Notes);
    }

    [Fact]
    public void A_container_has_the_files_that_its_export_has()
    {
        engine.Use();
        var longName = "/opt/" + new string('n', 120);
        var name = engine.Start(
            "rm", "/opt/d/a", "rm", "/opt/d/b", "rm", "/opt/d", "mkdir", "/opt/d", "write", "/opt/d/c", "again",
            "link", "/etc/os-release", "/etc/linked", "write", longName, "long", "rm", "/opt/second", "write", "/opt/second", "anew");
        engine.Command("""$engine stop --time 0 "$2" >&2""", name);
        // What engines mount into every container is in no image and no layer.
        var files = engine.Command("""$engine export "$2" | tar t | grep -v '/$' | grep -vxE '\.dockerenv|dev/console|etc/(hostname|hosts|mtab|resolv.conf)|run/\.containerenv' | sort""", name).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var result = Scan($"container:{name}");
        Assert.Empty(result.Problems);
        Assert.Contains(longName[1..], files);
        Assert.DoesNotContain("opt/d/a", files);
        Assert.Equal(files.Length, result.Counts.Files);
        Assert.Equal([$"The container {name} is one of {engine.Kind.Display()}."], result.Notes);
    }

    [Fact]
    public void A_container_without_changes_has_the_packages_of_its_image()
    {
        engine.Use();
        var result = Scan($"container:{engine.Start()}");
        Assert.Empty(result.Problems);
        Assert.Equal(["base-files 12.4", "left-pad 1.3.0"], TinyImage.Packages(result));
    }

    [Fact]
    public void No_such_container_names_what_was_asked()
    {
        engine.Use();
        var refused = Assert.Throws<PlimsollException>(() => Scan("container:absent"));
        Assert.Equal("container-not-found", refused.Code);
        Assert.Contains($"{engine.Kind.Display()} has none of this name", refused.Message, StringComparison.Ordinal);
    }
}
