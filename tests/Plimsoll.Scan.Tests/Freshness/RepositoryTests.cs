using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Freshness.Sources;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>Repositories of Debian and Alpine, written down from their specifications and served on loopback.</summary>
public sealed class RepositoryTests : IDisposable
{
    private readonly RegistryLab lab = new();

    [Fact]
    public void A_security_update_is_seen_without_any_advisory()
    {
        Suite("debian/dists/bookworm", "Suite: stable\nLabel: Debian\n", ("openssl", "3.0.11-1~deb12u2", "amd64"), ("tzdata", "2024a-0+deb12u1", "all"), ("bash", "5.2.15-2+b2", "amd64"));
        Suite("security/dists/bookworm-security", "Suite: stable-security\nLabel: Debian-Security\n", ("openssl", "3.0.17-1~deb12u2", "amd64"));
        var freshness = lab.Ask([Deb("openssl", "3.0.11-1~deb12u2"), Deb("tzdata", "2023c-1", "all"), Deb("bash", "5.2.15-2+b2"), Deb("own-tool", "1.0")], Sources());

        var openssl = freshness.Packages.Single(package => package.Name == "openssl");
        Assert.Equal(("3.0.17-1~deb12u2", Standing.Behind, true), (openssl.Newest, openssl.Standing, openssl.IsSecurityUpdate));
        Assert.Equal($"http://{lab.Host}/security bookworm-security", openssl.From);
        var tzdata = freshness.Packages.Single(package => package.Name == "tzdata");
        Assert.Equal((Standing.Behind, false), (tzdata.Standing, tzdata.IsSecurityUpdate));
        Assert.Equal(Standing.Current, freshness.Packages.Single(package => package.Name == "bash").Standing);
        var unknown = Assert.Single(freshness.Unanswered);
        Assert.Equal("no repository that the image configures has it", unknown.Reason);
        Assert.Equal(["pkg:deb/own-tool@1.0"], unknown.Packages);
        Assert.Empty(lab.Problems);
    }

    [Theory]
    [InlineData("1.0-1", "NotAutomatic: yes\n", "1.0-1", Standing.Current)]
    [InlineData("1.0-1", "NotAutomatic: yes\nButAutomaticUpgrades: yes\n", "1.0-1", Standing.Current)]
    [InlineData("1.5-1~bpo12+1", "NotAutomatic: yes\nButAutomaticUpgrades: yes\n", "2.0-1~bpo12+1", Standing.Behind)]
    [InlineData("2.0-1~bpo12+1", "NotAutomatic: yes\nButAutomaticUpgrades: yes\n", "2.0-1~bpo12+1", Standing.Current)]
    [InlineData("1.0-1", "", "2.0-1~bpo12+1", Standing.Behind)]
    public void Backports_come_only_to_who_has_them(string installed, string fields, string newest, Standing standing)
    {
        Suite("debian/dists/bookworm", "", ("tool", "1.0-1", "amd64"));
        Suite("security/dists/bookworm-security", fields, ("tool", "2.0-1~bpo12+1", "amd64"));
        var found = RegistryLab.Only(lab.Ask([Deb("tool", installed)], Sources()));
        Assert.Equal((newest, standing), (found.Newest, found.Standing));
    }

    [Fact]
    public void What_one_suite_does_not_answer_is_not_called_current()
    {
        Suite("debian/dists/bookworm", "", ("bash", "5.2.15-2+b2", "amd64"), ("zlib1g", "1:1.2.13-2", "amd64"));
        var freshness = lab.Ask([Deb("bash", "5.2.15-2+b2"), Deb("zlib1g", "1:1.2.13-1")], Sources());
        Assert.Equal("zlib1g", Assert.Single(freshness.Packages).Name);
        Assert.Equal(Standing.Behind, freshness.Packages[0].Standing);
        var problem = Assert.Single(lab.Problems);
        Assert.Equal(("refresh/deb", $"http://{lab.Host}/security bookworm-security"), (problem.Unit, problem.Where));
        Assert.Equal("whether bash is up to date is not known: Release: 404 X", problem.Message);
    }

    public static TheoryData<string> Faults => ["500", "cut", "slow", "other index", "no release", "unsigned end", "only absent forms", "not gzip"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_repository_is_a_problem_and_never_clean(string fault)
    {
        Suite("debian/dists/bookworm", "", ("bash", "5.2.15-2+b2", "amd64"));
        Suite("security/dists/bookworm-security", "", ("bash", "5.2.15-2+b2", "amd64"));
        if (fault == "slow") lab.Transport = lab.Transport with { Stall = TimeSpan.FromSeconds(2), Total = TimeSpan.FromSeconds(10) };
        var release = lab.Files["security/dists/bookworm-security/InRelease"];
        lab.Behave = (path, request) => (fault, path) switch
        {
            (_, not ['s', 'e', 'c', ..]) => null,
            ("500", _) => Response.Text(500, ""),
            ("cut", _) => lab.Files.TryGetValue(path, out var body) ? new Response(200, body) { Cut = body.Length / 2 } : null,
            ("slow", _) => new Response(200, release) { Wait = TimeSpan.FromSeconds(6) },
            ("other index", [.., 'e', 'l', 'e', 'a', 's', 'e']) => null,
            ("other index", _) => new Response(200, Gzip("Package: bash\nVersion: 0.1\n\n")),
            ("no release", [.., 'e', 'l', 'e', 'a', 's', 'e']) => Response.Text(200, "<html>sign in</html>\n"),
            ("unsigned end", [.., 'e', 'l', 'e', 'a', 's', 'e']) => Response.Text(200, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSuite: stable\n"),
            ("only absent forms", [.., 'e', 'l', 'e', 'a', 's', 'e']) => null,
            ("only absent forms", _) => Response.Text(404, ""),
            ("not gzip", [.., 'e', 'l', 'e', 'a', 's', 'e']) => Response.Text(200, Encoding.UTF8.GetString(release).Replace(Digest(Gzip(Records(("bash", "5.2.15-2+b2", "amd64")))), Digest("plain"u8.ToArray()), StringComparison.Ordinal)),
            ("not gzip", _) => Response.Text(200, "plain"),
            _ => null,
        };
        var freshness = lab.Ask([Deb("bash", "5.2.15-2+b2")], Sources());
        Assert.Empty(freshness.Packages);
        Assert.Equal($"http://{lab.Host}/security bookworm-security", Assert.Single(freshness.Unanswered).From);
        Assert.Single(lab.Problems);
    }

    [Fact]
    public void Unchanged_indices_are_not_fetched_again()
    {
        Suite("debian/dists/bookworm", "", ("bash", "5.2.15-2+b2", "amd64"));
        var sources = Sources("deb http://HOST/debian bookworm main");
        var first = RegistryLab.Only(lab.Ask([Deb("bash", "5.2.15-1")], sources));
        Assert.Equal(2, lab.Requests.Count);
        Assert.Equal(first, RegistryLab.Only(lab.Ask([Deb("bash", "5.2.15-1")], sources)));
        Assert.Empty(lab.Requests);

        foreach (var file in Directory.GetFiles(Path.Combine(lab.Folder, "plimsoll/freshness"))) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-3));
        Assert.Equal(first, RegistryLab.Only(lab.Ask([Deb("bash", "5.2.15-1")], sources)));
        Assert.EndsWith("/InRelease", Assert.Single(lab.Requests).Path, StringComparison.Ordinal);
        Assert.NotNull(lab.Requests[0]["if-none-match"]);
    }

    [Fact]
    public void A_kept_answer_that_is_damaged_is_fetched_again()
    {
        Suite("debian/dists/bookworm", "", ("bash", "5.2.15-2+b2", "amd64"));
        var sources = Sources("deb http://HOST/debian bookworm main");
        var first = RegistryLab.Only(lab.Ask([Deb("bash", "5.2.15-1")], sources));
        foreach (var file in Directory.GetFiles(Path.Combine(lab.Folder, "plimsoll/freshness")))
        {
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
        Assert.Equal(first, RegistryLab.Only(lab.Ask([Deb("bash", "5.2.15-1")], sources)));
        Assert.Equal(2, lab.Requests.Count);
    }

    [Fact]
    public void An_index_that_is_no_longer_valid_is_noted()
    {
        Suite("debian/dists/bookworm", "Valid-Until: Sat, 07 Mar 2020 10:00:00 UTC\n", ("bash", "5.2.15-2+b2", "amd64"));
        var freshness = lab.Ask([Deb("bash", "5.2.15-2+b2")], Sources("deb http://HOST/debian bookworm main"));
        Assert.Equal($"The repository http://{lab.Host}/debian bookworm says that its index is valid until 2020-03-07 only: newer updates may be missing from it.", Assert.Single(freshness.Notes));
    }

    [Fact]
    public void Without_repositories_nobody_is_asked()
    {
        Assert.Equal("the image configures no repository", Assert.Single(lab.Ask([Deb("bash", "5.2")]).Unanswered).Reason);
        Assert.Equal("a bill of materials does not say which repositories there are", Assert.Single(lab.Ask([Deb("bash", "5.2")], image: null).Unanswered).Reason);
        Assert.Equal("only repositories with http and https addresses are asked", Assert.Single(lab.Ask([Deb("bash", "5.2")], Sources("deb cdrom:[Debian]/ bookworm main")).Unanswered).Reason);
        Assert.Empty(lab.Requests);
    }

    [Fact]
    public void Alpine_s_index_is_read_behind_its_signature()
    {
        lab.Files["v3.20/main/x86_64/APKINDEX.tar.gz"] = ApkIndex("C:Q1abc=\nP:musl\nV:1.2.5-r1\nA:x86_64\nS:1\n\nP:busybox\nV:1.36.1-r30\nA:x86_64\nt:5\n\n");
        var repositories = new MemoryFile("/etc/apk/repositories", Encoding.UTF8.GetBytes($"# main\nhttp://{lab.Host}/v3.20/main\n@edge http://{lab.Host}/edge/main\n"));
        var freshness = lab.Ask([RegistryLab.Package("apk", "musl", "1.2.5-r0", architecture: "x86_64"), RegistryLab.Package("apk", "busybox", "1.36.1-r30", architecture: "x86_64")], repositories);
        Assert.Equal([("busybox", Standing.Current, "1.36.1-r30"), ("musl", Standing.Behind, "1.2.5-r1")], freshness.Packages.Select(package => (package.Name, package.Standing, package.Newest!)));
        Assert.Single(lab.Requests);

        foreach (var broken in (byte[][])[[.. ApkIndex("P:musl\nV:1\n\n").Take(60)], Gzip("no tar"), ApkIndex("V:1\n\n"), []])
        {
            Directory.Delete(Path.Combine(lab.Folder, "plimsoll"), recursive: true);
            lab.Files["v3.20/main/x86_64/APKINDEX.tar.gz"] = broken;
            Assert.Empty(lab.Ask([RegistryLab.Package("apk", "musl", "1.2.5-r1", architecture: "x86_64")], repositories).Packages);
            Assert.Single(lab.Problems);
        }
    }

    public void Dispose() => lab.Dispose();

    private MemoryFile Sources(string lines = "deb http://HOST/debian bookworm main\ndeb http://HOST/security bookworm-security main # the important one") =>
        new("/etc/apt/sources.list", Encoding.UTF8.GetBytes(lines.Replace("HOST", lab.Host, StringComparison.Ordinal) + "\n"));

    private void Suite(string folder, string fields, params (string Name, string Version, string Architecture)[] packages)
    {
        var index = Gzip(Records(packages));
        lab.Files[$"{folder}/main/binary-amd64/Packages.gz"] = index;
        lab.Put($"{folder}/InRelease", string.Create(CultureInfo.InvariantCulture, $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{fields}Architectures: all amd64\nSHA256:\n {Digest(index)} {index.Length,8} main/binary-amd64/Packages.gz\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"));
    }

    private static string Records(params (string Name, string Version, string Architecture)[] packages) =>
        string.Concat(packages.Select(package => $"Package: {package.Name}\nVersion: {package.Version}\nArchitecture: {package.Architecture}\nDescription: one\n more of it\n\n"));

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Gzip(string text)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return to.ToArray();
    }

    /// <summary>As abuild-sign leaves it: a signature's tar without its end, and the index's tar, each a gzip member.</summary>
    private static byte[] ApkIndex(string records)
    {
        static byte[] Member(string name, string content, bool ends)
        {
            using var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true)) writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            var bytes = tar.ToArray();
            using var to = new MemoryStream();
            using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(ends ? bytes : bytes[..^1024]);
            return to.ToArray();
        }
        return [.. Member(".SIGN.RSA.key.rsa.pub", "signature", ends: false), .. Member("DESCRIPTION", "v3.20", ends: false), .. Member("APKINDEX", records, ends: true)];
    }

    private static Package Deb(string name, string version, string architecture = "amd64") => RegistryLab.Package("deb", name, version, architecture: architecture);
}
