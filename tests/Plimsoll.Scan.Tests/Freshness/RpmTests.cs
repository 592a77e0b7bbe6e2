using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Tests.Catalogers;
using ZstdSharp;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>Repositories as createrepo_c makes them, written down and served on loopback.</summary>
public sealed class RpmTests : IDisposable
{
    private const string Primary = """
        <?xml version="1.0" encoding="UTF-8"?>
        <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="5">
        <package type="rpm"><name>bash</name><arch>x86_64</arch><version epoch="0" ver="5.1.8" rel="9.el9"/><checksum type="sha256" pkgid="YES">0</checksum><description>name of &amp; version</description><format><rpm:provides><rpm:entry name="version"/></rpm:provides></format></package>
        <package type="rpm"><name>bash</name><arch>i686</arch><version epoch="0" ver="9.9" rel="1"/></package>
        <package type="rpm"><name>tzdata</name><arch>noarch</arch><version epoch="0" ver="2026a" rel="1.el9"/></package>
        <package type="rpm"><name>openssl</name><arch>x86_64</arch><version epoch="1" ver="3.0.7" rel="27.el9"/></package>
        <package type="rpm"><name>nodejs</name><arch>x86_64</arch><version epoch="1" ver="20.1.0" rel="1.module_el9"/></package>
        </metadata>
        """;

    private readonly RegistryLab lab = new();

    public static TheoryData<string> Forms => ["gz", "zst", "plain"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Says_what_its_repositories_have(string form)
    {
        Publish(form);
        var freshness = lab.Ask(
            [Rpm("bash", "5.1.8-6.el9"), Rpm("tzdata", "2026a-1.el9", "noarch"), Rpm("openssl", "1:3.0.7-24.el9"), Rpm("nodejs", "1:18.1.0-1.module_el9"), Rpm("own", "1-1")], Repositories());
        Assert.Equal(
            [("bash", "5.1.8-9.el9", Standing.Behind), ("openssl", "1:3.0.7-27.el9", Standing.Behind), ("tzdata", "2026a-1.el9", Standing.Current)],
            freshness.Packages.Select(package => (package.Name, package.Newest!, package.Standing)));
        Assert.All(freshness.Packages, package => Assert.Equal("base", package.From));
        Assert.Equal(["no repository that the image configures has it", "streams of modules are not told apart"], freshness.Unanswered.Select(missing => missing.Reason).Order(StringComparer.Ordinal));
        Assert.Empty(lab.Problems);
    }

    [Theory]
    [InlineData("mirrorlist", "# comment\nhttp://HOST/9/x86_64/os/\nhttp://elsewhere.example/\n")]
    [InlineData("metalink", "<?xml version=\"1.0\"?><metalink><files><file name=\"repomd.xml\"><resources><url protocol=\"rsync\">rsync://x/repodata/repomd.xml</url><url protocol=\"http\">http://HOST/9/x86_64/os/repodata/repomd.xml</url></resources></file></files></metalink>")]
    public void Follows_lists_of_mirrors(string kind, string list)
    {
        Publish("gz");
        lab.Put("list?repo=base-9&arch=x86_64", list.Replace("HOST", lab.Host, StringComparison.Ordinal));
        var found = RegistryLab.Only(lab.Ask([Rpm("bash", "5.1.8-6.el9")], Repositories($"[base]\nname=Base\n{kind}=http://HOST/list?repo=base-$releasever&arch=$basearch\n")));
        Assert.Equal("5.1.8-9.el9", found.Newest);
        lab.Put("list?repo=base-9&arch=x86_64", "nothing");
        Directory.Delete(Path.Combine(lab.Folder, "plimsoll"), recursive: true);
        Assert.Equal("the list of its mirrors names none", Assert.Single(lab.Ask([Rpm("bash", "5.1.8-6.el9")], Repositories($"[base]\n{kind}=http://HOST/list?repo=base-$releasever&arch=$basearch\n")).Unanswered).Reason);
    }

    public static TheoryData<string> Faults => ["500", "other primary", "no xml", "no primary", "bz2", "a package without a version"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_repository_is_a_problem_and_never_clean(string fault)
    {
        Publish("gz", fault == "a package without a version" ? Primary.Replace("ver=\"5.1.8\"", "", StringComparison.Ordinal) : Primary);
        var index = Encoding.UTF8.GetString(lab.Files["9/x86_64/os/repodata/repomd.xml"]);
        lab.Behave = (path, _) => (fault, path.EndsWith("repomd.xml", StringComparison.Ordinal)) switch
        {
            ("500", _) => Response.Text(500, ""),
            ("other primary", false) => Response.Text(200, "other"),
            ("no xml", true) => Response.Text(200, "<html><br></html>"),
            ("no primary", true) => Response.Text(200, "<repomd/>"),
            ("bz2", true) => Response.Text(200, index.Replace("primary.xml.gz", "primary.xml.bz2", StringComparison.Ordinal)),
            ("bz2", false) => new Response(200, lab.Files["9/x86_64/os/repodata/primary.xml.gz"]),
            _ => null,
        };
        var freshness = lab.Ask([Rpm("bash", "5.1.8-9.el9")], Repositories());
        Assert.Empty(freshness.Packages);
        Assert.Equal("base", Assert.Single(freshness.Unanswered).From);
        Assert.Single(lab.Problems);
    }

    [Fact]
    public void Reads_sections_and_says_what_is_none()
    {
        Publish("gz");
        var freshness = lab.Ask([Rpm("bash", "5.1.8-9.el9")], Repositories("[main]\nkeepcache=0\n[off]\nbaseurl=http://HOST/off\nenabled=0\n# comment\n[base]\nname=Base\nbaseurl=\n  http://HOST/$releasever/$basearch/os\n  http://HOST/second\n[empty]\nname=Empty\nnonsense\n"));
        Assert.Equal(Standing.Current, RegistryLab.Only(freshness).Standing);
        Assert.Equal(["/etc/yum.repos.d/base.repo", "/etc/yum.repos.d/base.repo:14"], lab.Problems.Select(problem => problem.Where).Order(StringComparer.Ordinal));
    }

    public void Dispose() => lab.Dispose();

    private void Publish(string form, string primary = Primary)
    {
        var bytes = Encoding.UTF8.GetBytes(primary);
        using var zstd = new Compressor();
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        var (ending, stored) = form switch
        {
            "gz" => (".gz", to.ToArray()),
            "zst" => (".zst", zstd.Wrap(bytes).ToArray()),
            _ => ("", bytes),
        };
        lab.Files[$"9/x86_64/os/repodata/primary.xml{ending}"] = stored;
        lab.Put("9/x86_64/os/repodata/repomd.xml", $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>
            <data type="filelists"><checksum type="sha256">00</checksum><location href="repodata/filelists.xml.gz"/></data>
            <data type="primary"><checksum type="sha256">{Convert.ToHexStringLower(SHA256.HashData(stored))}</checksum><open-checksum type="sha256">00</open-checksum><location href="repodata/primary.xml{ending}"/><timestamp>1</timestamp></data></repomd>
            """);
    }

    private MemoryFile[] Repositories(string text = "[base]\nname=Base\nbaseurl=http://HOST/$releasever/$basearch/os/\nenabled=1\n") =>
    [
        new("/etc/yum.repos.d/base.repo", Encoding.UTF8.GetBytes(text.Replace("HOST", lab.Host, StringComparison.Ordinal))),
        new("/etc/os-release", Encoding.UTF8.GetBytes("ID=rocky\nVERSION_ID=9.3\n")),
    ];

    private static Package Rpm(string name, string version, string architecture = "x86_64") => RegistryLab.Package("rpm", name, version, architecture: architecture);
}
