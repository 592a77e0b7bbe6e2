using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Tests.Layers;
using ZstdSharp;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Feeds as published, imported as a user does and looked up again; each compared with a plain reading by another path.</summary>
public sealed class RealFeedTests
{
    private static readonly DateTimeOffset now = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_score_is_the_published_one()
    {
        using var database = new Imported(("epss/epss_scores-current.csv.gz", File.ReadAllBytes(Suites.Need("data/epss/epss_scores-current.csv.gz"))));
        Assert.Empty(database.Problems);
        using var scores = EpssTable.OpenIn(database.Folder)!;
        using var lines = new StreamReader(new GZipStream(File.OpenRead(Suites.Need("data/epss/epss_scores-current.csv.gz")), CompressionMode.Decompress));
        Assert.Equal($"#model_version:unknown,score_date:{scores.Header.Day:yyyy-MM-dd}T00:00:00+0000", lines.ReadLine());
        Assert.Equal("cve,epss,percentile", lines.ReadLine());
        var count = 0;
        while (lines.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            Assert.True(CveId.TryParse(fields[0], out var cve));
            Assert.Equal(new ExploitProbability(double.Parse(fields[1], CultureInfo.InvariantCulture), double.Parse(fields[2], CultureInfo.InvariantCulture)), scores.Find(cve));
            count++;
        }
        Assert.Equal(360_142, count);
        Assert.Equal(count, scores.Header.Records);
        Assert.Null(scores.Find(new CveId(2001, 999_999)));
        Assert.InRange(new FileInfo(Path.Combine(database.Folder, "epss/epss.keyed")).Length, count * 6, 5_000_000);
    }

    [Fact]
    public void Every_known_exploited_one_is_the_published_one()
    {
        var published = File.ReadAllBytes(Suites.Need("data/kev/known_exploited_vulnerabilities.json"));
        using var database = new Imported(("kev/known_exploited_vulnerabilities.json", published));
        Assert.Empty(database.Problems);
        using var catalog = KnownExploitedTable.OpenIn(database.Folder)!;
        using var json = JsonDocument.Parse(published);
        foreach (var item in json.RootElement.GetProperty("vulnerabilities").EnumerateArray())
        {
            string Text(string name) => item.GetProperty(name).GetString()!;
            Assert.True(CveId.TryParse(Text("cveID"), out var cve));
            var found = catalog.Find(cve)!;
            Assert.Equal(
                (Text("cveID"), Text("vulnerabilityName"), Text("vendorProject"), Text("product"), Text("dateAdded"), Text("dueDate"), Text("knownRansomwareCampaignUse") == "Known", Text("requiredAction"), Text("notes")),
                (found.Cve.ToString(), found.Name, found.Vendor, found.Product, found.Added?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), found.Due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), found.UsedByRansomware, found.RequiredAction, found.Notes ?? ""));
        }
        Assert.Equal(1_404, catalog.Header.Records);
        Assert.Null(catalog.Find(new CveId(2021, 1)));
    }

    [Fact]
    public void Every_product_and_cycle_is_the_published_one()
    {
        var published = File.ReadAllBytes(Suites.Need("data/lifecycle/endoflife.date-products.jsonl.zst"));
        using var database = new Imported(("lifecycle/endoflife.date-products.jsonl.zst", published));
        Assert.Empty(database.Problems);
        using var lifecycles = LifecycleTable.OpenIn(database.Folder)!;
        using var zstd = new Decompressor();
        var products = 0;
        var cycles = 0;
        foreach (var line in Encoding.UTF8.GetString(zstd.Unwrap(published)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var product = lifecycles.Find(json.RootElement.GetProperty("_name").GetString()!)!;
            var releases = json.RootElement.GetProperty("releases").EnumerateArray().ToList();
            Assert.Equal(releases.Select(release => release.GetProperty("releaseCycle").GetString()), product.Cycles.Select(cycle => cycle.Name));
            Assert.Equal(releases.Select(release => Mark(release.GetProperty("eol"))), product.Cycles.Select(cycle => FeedCase.Show(cycle.EndOfLife)));
            Assert.Equal(releases.Select(release => release.TryGetProperty("latest", out var latest) && latest.GetString() is { Length: > 0 } version ? version : null), product.Cycles.Select(cycle => cycle.Latest));
            products++;
            cycles += releases.Count;
        }
        Assert.Equal((464, 8_351), (products, cycles));
        Assert.Equal(464, lifecycles.Header.Records);
        Assert.Equal(["nginx"], lifecycles.FindByPurl(new PackageUrl("deb", "debian", "nginx", "1.22.1-9")));
        Assert.Equal(["nodejs"], lifecycles.FindByCpe("a", "nodejs", "node.js"));
        Assert.Equal(["alpine-linux"], lifecycles.FindByCpe("o", "alpinelinux", "alpine_linux"));
        Assert.Equal(["erlang"], lifecycles.FindByCpe("a", "erlang", "erlang/otp"));
        Assert.Equal(["vinyl-cache"], lifecycles.FindByRepology("varnish"));
        Assert.Empty(lifecycles.FindByRepology("no-such-project"));

        static string Mark(JsonElement end) => end.ValueKind == JsonValueKind.String ? end.GetString()! : end.GetBoolean() ? "past" : "not yet";
    }

    [Fact]
    public void Every_application_that_is_known_by_name_has_a_product_that_exists()
    {
        using var database = new Imported(("lifecycle/endoflife.date-products.jsonl.zst", File.ReadAllBytes(Suites.Need("data/lifecycle/endoflife.date-products.jsonl.zst"))));
        using var lifecycles = LifecycleTable.OpenIn(database.Folder)!;
        var names = Scan.Applications.Known.All.Applications.Select(known => known.Name).Concat(Scan.Catalogers.Binary.NativePrograms.All.Select(program => program.Name)).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["bash", "busybox", "curl", "libcurl", "openssh", "zlib"], names.Where(name => LifecycleProducts.OfApplication(name) is null));
        Assert.All(names.Select(LifecycleProducts.OfApplication).OfType<string>(), product => Assert.NotNull(lifecycles.Find(product)));
    }

    [Fact]
    public void Alpine_says_what_its_databases_say()
    {
        var main = File.ReadAllBytes(Suites.Need("data/native/alpine-secdb/v3.11/main.json"));
        var community = File.ReadAllBytes(Suites.Need("data/native/alpine-secdb/v3.11/community.json"));
        using var database = new Imported(("secdb/v3.11/main.json", main), ("secdb/v3.11/community.json", community));
        Assert.Empty(database.Problems);
        var checkedOnes = 0;
        foreach (var file in (byte[][])[main, community])
        {
            using var json = JsonDocument.Parse(file);
            foreach (var package in json.RootElement.GetProperty("packages").EnumerateArray().Select(item => item.GetProperty("pkg")))
            {
                var known = database.Database.Find("Alpine:v3.11", package.GetProperty("name").GetString()!);
                foreach (var fix in package.GetProperty("secfixes").EnumerateObject())
                    foreach (var id in fix.Value.EnumerateArray().SelectMany(text => text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                    {
                        var affected = Assert.Single(known.Where(advisory => advisory.Id == id || advisory.Aliases.Contains(id)).Take(1)).Affected;
                        Assert.Contains(known.Where(advisory => advisory.Id == id || advisory.Aliases.Contains(id)).SelectMany(advisory => advisory.Affected).SelectMany(one => one.Ranges), range => range.Events[^1].Version == fix.Name);
                        Assert.NotEmpty(affected);
                        checkedOnes++;
                    }
            }
        }
        Assert.InRange(checkedOnes, 1_500, 10_000);
    }

    [Fact]
    public void Debian_NVD_and_Red_Hat_are_imported_from_their_own_layouts()
    {
        using var samples = ZipFile.OpenRead(Suites.Need("data/format-samples/upstream-feed-fixtures.zip"));
        byte[] Sample(string name)
        {
            using var to = new MemoryStream();
            using var from = samples.GetEntry("pkg/fetch/" + name)!.Open();
            var buffer = new byte[64 << 10];
            for (int read; (read = from.Read(buffer)) > 0;) to.Write(buffer, 0, read);
            return to.ToArray();
        }

        using var database = new Imported(
            ("debian-tracker/json", Sample("debian/tracker/api/advisory.json")),
            ("nvd/nvdcve-2.0-2021.json.gz", Sample("nvd/feed/cve/v2/nvdcve-2.0-2021.json.gz")),
            ("nvd/nvdcve-2.0-2002.json.gz", Sample("nvd/feed/cve/v2/nvdcve-2.0-2002.json.gz")),
            ("csaf/2023/cve-2023-6212.json", Sample("redhat/vex/v1/2023/cve-2023-6212.json")),
            ("csaf/csaf_vex_2024-08-04.tar.zst", Sample("redhat/vex/v1/csaf_vex_2024-08-04.tar.zst")),
            ("csaf/deletions.csv", Encoding.UTF8.GetBytes("\"2023/cve-2023-6238.json\",\"2024-08-28T09:39:21+00:00\"\n")),
            ("lifecycle/products/full", Sample("endoflife-date/api/happy/full")));
        Assert.Empty(database.Problems);

        Assert.Equal(
            ["CVE-2012-0833 NotAffected", "CVE-2016-5405 Affected", "CVE-2016-5416 NoFixPlanned"],
            database.Database.Find("Debian:11", "389-ds-base").Select(advisory => $"{advisory.Id} {advisory.Affected.Single(one => one.Ecosystem == "Debian:11").Status}").Order(StringComparer.Ordinal));

        var log4j = Assert.Single(database.Database.Find("CPE", "apache:log4j"));
        Assert.Equal("CVE-2021-44228", log4j.Id);
        var affected = Assert.Single(log4j.Affected, one => one.Name == "apache:log4j");
        Assert.Contains(affected.Ranges, range => range.Events is [{ Version: "2.13.0" }, { Kind: RangeEventKind.Fixed, Version: "2.15.0" }]);
        Assert.Contains("2.0-beta9", affected.Versions);
        Assert.DoesNotContain(log4j.Affected, one => one.Name.Contains("firmware", StringComparison.Ordinal));

        var firefox = Assert.Single(database.Database.Find("Red Hat:enterprise_linux:9::appstream", "firefox"));
        Assert.Equal("Introduced 0, Fixed 115.5.0-1.el9_3", string.Join(", ", firefox.Affected.Single(one => one.Ecosystem == "Red Hat:enterprise_linux:9::appstream" && one.Name == "firefox").Ranges.Single().Events.Select(one => $"{one.Kind} {one.Version}")));
        Assert.Equal(AffectedStatus.EndOfSupport, Assert.Single(Assert.Single(database.Database.Find("Red Hat:enterprise_linux:6", "firefox")).Affected, one => one is { Ecosystem: "Red Hat:enterprise_linux:6", Name: "firefox" }).Status);
        Assert.DoesNotContain(database.Database.Find("Red Hat:enterprise_linux:9", "kernel"), advisory => advisory.Id == "CVE-2023-6238");
        var openssl = database.Database.Find("Red Hat:enterprise_linux:9::baseos", "openssl");
        Assert.Equal("1:3.0.7-27.el9", Assert.Single(Assert.Single(openssl).Affected, one => one is { Ecosystem: "Red Hat:enterprise_linux:9::baseos", Name: "openssl" }).Ranges.Single().Events[^1].Version);

        using var lifecycles = LifecycleTable.OpenIn(database.Folder)!;
        Assert.Equal(new DateOnly(2027, 4, 1), lifecycles.Find("ubuntu")!.Cycles.Single(cycle => cycle.Name == "22.04").EndOfLife.Date);
    }

    [Fact]
    public void A_cut_file_leaves_what_the_database_had()
    {
        var whole = Encoding.UTF8.GetBytes("{\"count\":1,\"vulnerabilities\":[{\"cveID\":\"CVE-2021-0001\"}]}");
        using var database = new Imported(("kev/known_exploited_vulnerabilities.json", whole), ("secdb/edge/main.json", Encoding.UTF8.GetBytes("{\"distroversion\":\"edge\",\"packages\":[{\"pkg\":{\"name\":\"a\",\"secfixes\":{\"1-r0\":[\"CVE-2021-0001\"]}}}]}")));
        Assert.Empty(database.Problems);
        var problems = database.Import(("kev/known_exploited_vulnerabilities.json", whole[..^3]), ("secdb/edge/main.json", Encoding.UTF8.GetBytes("{\"distroversion\":\"edge\",\"packages\":[{\"pkg\":{\"name\":\"b\",\"secfixes\":{\"1-r0\":[\"CVE-2021-0001\"]}}}")));
        Assert.Equal(["kev", "secdb"], problems.Select(problem => problem.Unit).Order(StringComparer.Ordinal));
        using var catalog = KnownExploitedTable.OpenIn(database.Folder)!;
        Assert.NotNull(catalog.Find(new CveId(2021, 1)));
        Assert.Single(database.Database.Find("Alpine:edge", "a"));
        Assert.Empty(database.Database.Find("Alpine:edge", "b"));
    }

    [Fact]
    public void Scores_whose_gzip_is_cut_between_lines_are_refused()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(Encoding.ASCII.GetBytes("cve,epss,percentile\nCVE-2021-0001,0.5,0.5\nCVE-2021-0002,0.5,0.5\n"));
        var whole = bytes.ToArray();
        using var database = new Imported(("epss/epss_scores-current.csv.gz", whole));
        Assert.Empty(database.Problems);
        // Stored as it is: 10 bytes of header and 5 of the block stand before the text.
        var problem = Assert.Single(database.Import(("epss/epss_scores-current.csv.gz", whole[..(15 + 42)])));
        Assert.Contains("it is cut, or damaged", problem.Message, StringComparison.Ordinal);
        using var scores = EpssTable.OpenIn(database.Folder)!;
        Assert.NotNull(scores.Find(new CveId(2021, 2)));
    }

    /// <summary>A database that took files from a folder.</summary>
    private sealed class Imported : IDisposable
    {
        private readonly TemporaryFolder temporary = new();

        public Imported(params (string Path, byte[] Content)[] files)
        {
            Folder = temporary.At("db");
            Database = new AdvisoryDatabase(Folder);
            Problems = Import(files);
        }

        public string Folder { get; }

        public AdvisoryDatabase Database { get; private set; }

        public IReadOnlyList<Problem> Problems { get; }

        public IReadOnlyList<Problem> Import(params (string Path, byte[] Content)[] files)
        {
            var mirror = temporary.At(Guid.NewGuid().ToString());
            foreach (var (path, content) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(mirror, path))!);
                File.WriteAllBytes(Path.Combine(mirror, path), content);
            }
            Database.Dispose();
            Database = new AdvisoryDatabase(Folder);
            var result = Database.Import(mirror, now);
            Assert.Empty(result.Ignored);
            return result.Problems;
        }

        public void Dispose()
        {
            Database.Dispose();
            temporary.Dispose();
        }
    }
}
