using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Tests.Advisories.Feeds;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Freshness;

public sealed class LifecyclesTests : IDisposable
{
    private static readonly DateTimeOffset now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-support-").FullName;
    private readonly ProblemLog problems = new("test");

    [Fact]
    public void A_distribution_answers_for_what_it_packaged()
    {
        Write(now, JudgingTests.Node, Debian);
        var own = Deb("nodejs", "20.19.0+dfsg1-1");
        var support = Judge(Of(own, Deb("libnode115", "20.19.0+dfsg1-1") with { SourceName = "nodejs" }));
        var node = Assert.Single(support.Findings, finding => finding.Product == "nodejs");
        Assert.Equal(("20.19.0", "20", "debian 12", false, SupportPhase.Ended), (node.Version, node.Cycle, node.MaintainedBy, node.IsPastEnd, node.Phase));
        Assert.Equal(2, node.Packages.Length);
        var system = Assert.Single(support.Findings, finding => finding.Subject == SupportSubject.System);
        Assert.Equal(("debian", "12", true, -137), (system.Product, system.Cycle, system.IsPastEnd, system.DaysLeft!.Value));
        Assert.Equal("13", system.MoveTo!.Name);
    }

    [Theory]
    [InlineData("20.11.1-1nodesource1")]
    [InlineData("20.11.1-1~bookworm")]
    public void A_vendor_s_package_is_judged_by_upstream(string version)
    {
        Write(now, JudgingTests.Node, Debian);
        var node = Assert.Single(Judge(Of(Deb("nodejs", version))).Findings, finding => finding.Product == "nodejs");
        Assert.Null(node.MaintainedBy);
        Assert.True(node.IsPastEnd);
    }

    [Fact]
    public void An_application_and_its_program_are_one_finding()
    {
        Write(now, JudgingTests.Node with { Id = "nginx", Title = "nginx", Cycles = [JudgingTests.Cycle("1.25", "2023-05-23", "2024-05-29", latest: "1.25.5")] });
        var program = Generic("nginx", "1.25.3");
        var result = Of(program) with { Applications = [new Application { Name = "nginx", Version = "1.25.3", PackageKey = null }, new Application { Name = "shop", Version = "1.25.3" }] };
        var finding = Assert.Single(Judge(result).Findings);
        Assert.Equal((SupportSubject.Application, program.Key, true), (finding.Subject, Assert.Single(finding.Packages), finding.IsPastEnd));
    }

    [Fact]
    public void A_removed_package_is_not_judged()
    {
        Write(now, JudgingTests.Node);
        Assert.Empty(Judge(Of(Generic("node", "20.1.0") with { RemovedIn = 1 })).Findings);
    }

    [Theory]
    [InlineData("IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\n", true)]
    [InlineData("JAVA_VERSION=\"17.0.9\"\n", false)]
    [InlineData("IMPLEMENTOR=\"Somebody\"\n", false)]
    public void Who_built_a_java_runtime_decides(string release, bool isKnown)
    {
        Write(now, JudgingTests.Node with { Id = "eclipse-temurin", Title = "Eclipse Temurin", Cycles = [JudgingTests.Cycle("17", "2021-09-22", "2027-10-31", latest: "17.0.17+10")] });
        using var files = MemoryImage.Of([new MemoryFile("/opt/java/release", Encoding.UTF8.GetBytes(release)), new MemoryFile("/opt/java/lib/server/libjvm.so", [1])]);
        var java = Generic("openjdk", "17.0.9+9") with { Locations = [new Location("/opt/java/lib/server/libjvm.so")] };
        var support = Lifecycles.Judge(folder, Of(java) with { Os = null }, files, now, problems);
        if (isKnown) Assert.Equal(("17", SupportPhase.Active, true), (Assert.Single(support.Findings).Cycle, support.Findings[0].Phase, support.Findings[0].IsBehind));
        else Assert.Equal("Who built OpenJDK 17.0.9+9 is not known, so neither is its end of life.", Assert.Single(support.Notes));
    }

    [Fact]
    public void Java_8_is_known_by_its_builders_name()
    {
        Write(now, JudgingTests.Node with { Id = "amazon-corretto", Title = "Amazon Corretto", Cycles = [JudgingTests.Cycle("18", "2022-03-22", "2022-10-01"), JudgingTests.Cycle("8", "2019-01-31", "2030-12-31")] });
        using var files = MemoryImage.Of([new MemoryFile("/opt/java/release", "IMPLEMENTOR=\"Amazon.com Inc.\"\n"u8.ToArray())]);
        var java = Generic("openjdk", "1.8.0_392") with { Locations = [new Location("/opt/java/release")] };
        var finding = Assert.Single(Lifecycles.Judge(folder, Of(java) with { Os = null }, files, now, problems).Findings);
        Assert.Equal(("8u392", "8", SupportPhase.Active), (finding.Version, finding.Cycle, finding.Phase));
    }

    [Fact]
    public void Without_data_nothing_is_called_supported()
    {
        var support = Judge(Of());
        Assert.Empty(support.Findings);
        Assert.Null(support.AsOf);
        Assert.Equal("There are no lifecycle data, so nothing is known of ends of life; `plimsoll db update --ecosystems lifecycle` fetches them.", Assert.Single(support.Notes));
    }

    [Fact]
    public void Damaged_data_are_a_problem()
    {
        Write(now, Debian);
        var file = DatabaseLayout.FileOf(folder, new EndOfLife(), EndOfLife.FeedId);
        var bytes = File.ReadAllBytes(file);
        bytes[40] ^= 1;
        File.WriteAllBytes(file, bytes);
        var support = Judge(Of());
        Assert.Empty(support.Findings);
        Assert.Equal(ProblemKind.Unreadable, Assert.Single(problems.All()).Kind);
        Assert.Contains("damaged", Assert.Single(support.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Old_data_say_their_age()
    {
        Write(now - TimeSpan.FromDays(15), Debian);
        Assert.Equal("The lifecycle data are 15 days old; newer releases and changed dates are not known. `plimsoll db update --ecosystems lifecycle` fetches them.", Assert.Single(Judge(Of()).Notes));
        Write(now - TimeSpan.FromDays(14), Debian);
        Assert.Empty(Judge(Of()).Notes);
    }

    [Fact]
    public void An_unknown_system_is_said_to_be()
    {
        Write(now, Debian);
        var support = Judge(Of() with { Os = new OsRelease { Id = "arch", Location = new Location("/etc/os-release") } });
        Assert.Equal("The lifecycle data do not know the system `arch`, so nothing is known of its end of life.", Assert.Single(support.Notes));
    }

    [Fact]
    public void Real_data_judge_what_real_images_have()
    {
        var mirror = Directory.CreateDirectory(Path.Combine(folder, "mirror", "lifecycle"));
        File.Copy(Suites.Need("data/lifecycle/endoflife.date-products.jsonl.zst"), Path.Combine(mirror.FullName, "endoflife.date-products.jsonl.zst"));
        using var database = new AdvisoryDatabase(Path.Combine(folder, "db"));
        Assert.Empty(database.Import(mirror.Parent!.FullName, now).Problems);
        var result = Of(
            Deb("postgresql-15", "15.5-0+deb12u1"), Deb("openssl", "3.0.15-1~deb12u1"), Deb("php8.2-fpm", "8.2.7-1~deb12u1") with { SourceName = "php8.2" },
            Deb("libpython3.11-stdlib", "3.11.2-6+deb12u4") with { SourceName = "python3.11" }, Deb("apache2-bin", "2.4.62-1~deb12u2") with { SourceName = "apache2" },
            Generic("python", "3.9.19"), Generic("redis", "7.2.4"),
            Named("golang", null, "stdlib", "1.20.5"), Named("nuget", null, "Microsoft.NETCore.App.Runtime.linux-x64", "6.0.36"), Named("maven", "org.apache.tomcat.embed", "tomcat-embed-core", "8.5.99"));
        var support = Lifecycles.Judge(database.Folder, result, files: null, now, problems);
        Assert.Empty(problems.All());
        string Cycle(string product, bool past) => Assert.Single(support.Findings, finding => finding.Product == product && finding.IsPastEnd == past).Cycle!;
        Assert.Equal("15", Cycle("postgresql", past: false));
        Assert.Equal("3.0", Cycle("openssl", past: false));
        Assert.Equal("8.2", Cycle("php", past: false));
        Assert.Equal("2.4", Cycle("apache-http-server", past: false));
        Assert.Equal("3.11", Cycle("python", past: false));
        Assert.Equal("3.9", Cycle("python", past: true));
        Assert.Equal("1.20", Cycle("go", past: true));
        Assert.Equal("6", Cycle("dotnet", past: true));
        Assert.Equal("8.5", Cycle("tomcat", past: true));
        Assert.Equal("12", Cycle("debian", past: true));
        Assert.Equal("10", Assert.Single(support.Findings, finding => finding.Product == "dotnet").MoveTo!.Name);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly Lifecycle Debian = new()
    {
        Id = "debian",
        Title = "Debian",
        Cycles = [JudgingTests.Cycle("13", "2025-08-09", "2028-08-09"), JudgingTests.Cycle("12", "2023-06-10", "2026-07-11")],
    };

    private Support Judge(ScanResult result) => Lifecycles.Judge(folder, result, files: null, now, problems);

    private void Write(DateTimeOffset fetched, params Lifecycle[] products)
    {
        var file = DatabaseLayout.FileOf(folder, new EndOfLife(), EndOfLife.FeedId);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        LifecycleTable.Write(file, new KeyedHeader { Feed = EndOfLife.FeedId, Fetched = fetched, Records = products.Length }, products);
    }

    private static ScanResult Of(params Package[] packages) => new()
    {
        Image = new Image { Reference = "x", Source = SourceKind.Rootfs },
        Os = new OsRelease { Id = "debian", VersionId = "12", VersionCodename = "bookworm", Location = new Location("/etc/os-release") },
        Packages = [.. packages],
        Counts = new ScanCounts(0, 0, 0, null),
    };

    private static Package Deb(string name, string version) => Named("deb", "debian", name, version);

    private static Package Generic(string name, string version) => Named("generic", null, name, version);

    private static Package Named(string type, string? space, string name, string version) => new() { Purl = new PackageUrl(type, space, name, version), Name = name, Version = version, FoundBy = "test" };
}
