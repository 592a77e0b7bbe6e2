using System.Text;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Tests.Catalogers.Os;

/// <summary>An image whose packages nobody reads is never clean.</summary>
public sealed class UnreadManagersTests
{
    [Theory]
    [InlineData("/var/lib/pacman/local/openssl-3.3.1-1/desc", "/var/lib/pacman/local", "pacman (Arch Linux)")]
    [InlineData("/var/db/pkg/dev-libs/openssl-3.3.1/CONTENTS", "/var/db/pkg", "Portage (Gentoo)")]
    [InlineData("/var/db/xbps/pkgdb-0.38.plist", "/var/db/xbps", "XBPS (Void Linux)")]
    [InlineData("/usr/lib/opkg/status", "/usr/lib/opkg/status", "opkg (OpenWrt, Yocto)")]
    [InlineData("/nix/store/0c9-openssl-3.3.1/lib/libssl.so.3", "/nix/store", "Nix")]
    [InlineData("/opt/conda/conda-meta/openssl-3.3.1-h4bc722e_0.json", "/opt/conda/conda-meta", "Conda")]
    [InlineData("/srv/envs/ml/conda-meta/history", "/srv/envs/ml/conda-meta", "Conda")]
    public void A_database_that_no_cataloger_reads_is_a_problem(string file, string where, string manager) =>
        Assert.Equal(
            new Problem(ProblemKind.Unsupported, "os", where, $"packages of {manager} are installed here, which this version does not read: they are not listed and not judged"),
            Assert.Single(Unread([(file, "x"), ("/etc/os-release", "ID=arch\n")])));

    [Theory]
    [InlineData("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", "Debian GNU/Linux 12 (bookworm)", "/var/lib/dpkg/status, /var/lib/dpkg/status.d/*")]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "linuxmint", "/var/lib/dpkg/status, /var/lib/dpkg/status.d/*")]
    [InlineData("ID=alpine\n", "alpine", "/lib/apk/db/installed, /usr/lib/apk/db/installed")]
    public void A_system_without_its_database_is_a_problem(string release, string system, string places) =>
        Assert.Equal(
            new Problem(ProblemKind.DataMissing, "os", "/etc/os-release", $"the system is {system}, but the database of its packages is not in the image ({places}): they are not listed and not judged"),
            Assert.Single(Unread([("/etc/os-release", release), ("/var/lib/dpkg/status", "")])));

    [Fact]
    public void Fedora_s_family_keeps_it_in_one_of_several_places() =>
        Assert.Contains("/usr/lib/sysimage/rpm/rpmdb.sqlite", Assert.Single(Unread([("/etc/os-release", "ID=rocky\nID_LIKE=\"rhel centos fedora\"\n")])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("ID=debian\n", "/var/lib/dpkg/status")]
    [InlineData("ID=debian\n", "/var/lib/dpkg/status.d/base-files")]
    [InlineData("ID=alpine\n", "/lib/apk/db/installed")]
    [InlineData("ID=fedora\n", "/usr/lib/sysimage/rpm/rpmdb.sqlite")]
    [InlineData("ID=tinycore\n", "/bin/busybox")]
    public void A_database_that_is_there_is_none_even_if_it_is_damaged(string release, string file) => Assert.Empty(Unread([("/etc/os-release", release), (file, "x")]));

    [Fact]
    public void An_inventory_of_language_packages_alone_does_not_ask() => Assert.Empty(Unread([("/etc/os-release", "ID=debian\n")], "language"));

    [Fact]
    public void A_scan_of_such_a_system_is_partial_and_its_packages_are_not_called_current()
    {
        var result = Scan(("etc/os-release", "ID=arch\n"), ("var/lib/pacman/local/openssl-3.3.1-1/desc", "%NAME%\nopenssl\n"));
        Assert.Equal(Completeness.Partial, result.Completeness);
        Assert.Equal("not judged: packages in it were not read", Current(result));
    }

    [Fact]
    public void Nothing_that_was_looked_up_is_not_current() => Assert.Equal("not judged: no package was found in it", Current(Scan(("app", "x"))));

    [Fact]
    public void Part_of_an_inventory_is_not_called_current_as_a_whole()
    {
        var result = new ScanResult
        {
            Image = new Image { Reference = "x", Source = SourceKind.Archive },
            Packages = [new Package { Name = "a", Purl = new PackageUrl("npm", null, "a", "1.0.0"), Version = "1.0.0", Locations = [new Location("/a/package.json")], FoundBy = "language/npm" }],
            Vulnerabilities = [],
            Counts = new ScanCounts(0, 0, 0, null),
        };
        Assert.Equal("no known vulnerability", Current(result with { Practices = Practices.Mark(result) }));
        result = result with { Problems = [new Problem(ProblemKind.Truncated, Problem.Layers, "layer 2", "it ends early")] };
        Assert.Equal("no known vulnerability in what was read, and not everything was", Current(result with { Practices = Practices.Mark(result) }));
    }

    private static string Current(ScanResult result) => result.Practices.Single(mark => mark.Practice == Practice.Current).Sentence;

    private static List<Problem> Unread((string Path, string Text)[] from, params string[] only)
    {
        using var files = MemoryImage.Of([.. from.Select(file => new MemoryFile(file.Path, Encoding.UTF8.GetBytes(file.Text)))]);
        return [.. new Cataloging(Plimsoll.Scan.Catalogers.All.Catalogers, only).Unread(files, OsReleaseReader.Read(files, new ProblemLog("test")))];
    }

    private static ScanResult Scan(params (string Path, string Text)[] files)
    {
        var root = Directory.CreateTempSubdirectory("plimsoll-unread-").FullName;
        try
        {
            foreach (var (path, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                File.WriteAllText(Path.Combine(root, path), text);
            }
            return Scanner.Scan(new ScanRequest
            {
                Target = Target.Parse($"rootfs:{root}"),
                Vulnerabilities = new VulnerabilityOptions { Update = new UpdateRequest { Folder = Path.Combine(root, "database"), Offline = true }, Now = DateTimeOffset.UnixEpoch },
            });
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
