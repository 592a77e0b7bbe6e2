using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Scan;

[assembly: AssemblyFixture(typeof(Plimsoll.Engines.Tests.TinyImage))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)] // Engines and credentials are found by the environment, which is one for all tests.

namespace Plimsoll.Engines.Tests;

/// <summary>
/// An image of two layers with one Debian package, one npm package and a static program that does what its arguments
/// say; as an OCI layout and as a docker archive.
/// </summary>
public sealed class TinyImage : IDisposable
{
    public const string Name = "plimsoll.test/tiny:1";

    private const string Program = """
        #include <unistd.h>
        #include <sys/stat.h>
        #include <fcntl.h>
        #include <string.h>
        int main(int n, char **a) {
            for (int i = 1; i < n; i++) {
                if (!strcmp(a[i], "sleep")) { write(1, "ready\n", 6); for (;;) pause(); }
                if (!strcmp(a[i], "rm") && unlink(a[++i]) && rmdir(a[i])) return 1;
                if (!strcmp(a[i], "mkdir") && mkdir(a[++i], 0755)) return 2;
                if (!strcmp(a[i], "link")) { if (link(a[i + 1], a[i + 2])) return 3; i += 2; }
                if (!strcmp(a[i], "write")) {
                    int f = open(a[i + 1], O_CREAT | O_WRONLY | O_TRUNC, 0644);
                    if (f < 0 || write(f, a[i + 2], strlen(a[i + 2])) < 0) return 4;
                    close(f); i += 2;
                }
            }
            return 0;
        }
        """;

    /// <summary>What dpkg's database says of the one package, in a given version.</summary>
    public static string Status(string version) => $"Package: base-files\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\nMaintainer: x\nDescription: x\n";

    private readonly TemporaryFolder folder = new();

    public TinyImage()
    {
        SkipReason = Tools.Missing("gcc", "umoci", "skopeo");
        if (SkipReason is not null) return;
        File.WriteAllText(folder.At("tool.c"), Program);
        Tools.Bash("""
            cd "$1"
            gcc -static -O1 -s -o tool tool.c
            umoci init --layout oci; umoci new --image oci:latest; umoci unpack --image oci:latest base
            cd base/rootfs; mkdir -p etc var/lib/dpkg/info srv/node_modules/left-pad opt/d
            printf 'ID=debian\nVERSION_ID="12"\n' > etc/os-release
            printf '%s' "$2" > var/lib/dpkg/status; printf '/.\n' > var/lib/dpkg/info/base-files.list
            printf '{"name":"left-pad","version":"1.3.0"}' > srv/node_modules/left-pad/package.json
            printf 1 > opt/d/a; printf 2 > opt/d/b; cp ../../tool tool; cd ../..
            umoci repack --image oci:latest base; umoci unpack --image oci:latest added
            printf 2 > added/rootfs/opt/second; head -c 3000000 /dev/urandom > added/rootfs/opt/random
            umoci repack --image oci:latest added
            umoci config --image oci:latest --config.cmd /tool --config.cmd sleep --config.env FROM=image; umoci gc --layout oci
            skopeo copy --quiet oci:oci:latest docker-archive:docker.tar:plimsoll.test/tiny:1
            """, folder.Path, Status("12.4"));
    }

    public string? SkipReason { get; }
    public string Layout => folder.At("oci");
    public string Archive => folder.At("docker.tar");

    public byte[] Blob(string digest) => File.ReadAllBytes(Path.Combine(Layout, "blobs", digest.Replace(':', '/')));

    /// <summary>Digest of the manifest, and digest and size of the layers.</summary>
    public (string Manifest, string Config, (string Digest, long Size)[] Layers) Parts()
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Layout, "index.json")));
        var digest = index.RootElement.Member("manifests").Items().First().Text("digest")!;
        using var manifest = JsonDocument.Parse(Blob(digest));
        return (digest, manifest.RootElement.Member("config").Text("digest")!, [.. manifest.RootElement.Member("layers").Items().Select(layer => (layer.Text("digest")!, layer.Number("size")!.Value))]);
    }

    /// <summary>What every source must find in it.</summary>
    internal bool HasLayer(Request request) => Parts().Layers.Any(layer => request.Path.EndsWith(layer.Digest, StringComparison.Ordinal));

    public void Check(ScanResult result)
    {
        var expected = Scanner.Scan(new ScanRequest { Target = Target.Parse($"oci:{Layout}") });
        Assert.Empty(result.Problems);
        Assert.Equal(Packages(expected), Packages(result));
        Assert.Equal(["base-files 12.4", "left-pad 1.3.0"], Packages(result));
        Assert.Equal(expected.Counts, result.Counts);
        Assert.Equal(expected.Image.ConfigDigest, result.Image.ConfigDigest);
        Assert.Equal(expected.Image.Layers.Select(layer => layer.DiffId), result.Image.Layers.Select(layer => layer.DiffId));
        Assert.Equal(expected.Image.Config.Cmd, result.Image.Config.Cmd);
    }

    public static IEnumerable<string> Packages(ScanResult result) => result.Packages.Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal);

    public void Dispose() => folder.Dispose();
}
