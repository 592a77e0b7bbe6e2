using System.Globalization;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>The layer cache as users meet it: no report shows that it is there.</summary>
public sealed class CacheTests(RealImages images) : IDisposable
{
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("plimsoll-cache-");

    public void Dispose() => temporary.Delete(recursive: true);

    private string Cache => Path.Combine(temporary.FullName, "cache");

    private Ended Plimsoll(string size, params string[] arguments) =>
        Run.Program(Run.Cli, arguments, new Dictionary<string, string> { ["PLIMSOLL_CACHE"] = Cache, ["PLIMSOLL_CACHE_SIZE"] = size });

    /// <summary>All reports on a target, one after the other.</summary>
    private string Reports(string target, string size, params string[] options)
    {
        string[] formats = ["table", "json", "cyclonedx", "spdx", "purls", "markdown", "html", "sarif", "junit", "gitlab", "github"];
        var folder = temporary.CreateSubdirectory($"reports-{Guid.NewGuid():N}").FullName;
        Plimsoll(size, ["scan", target, "--now", "0", "--quiet", "--details", .. formats.SelectMany(format => (string[])["--output", $"{format}={folder}/{format}"]), .. options]).Expect(0);
        return string.Join('\n', formats.Select(format => File.ReadAllText(Path.Combine(folder, format))));
    }

    [Theory]
    [InlineData("debian-base", "oci-zstd", 1)]
    [InlineData("debian-nginx", "oci", 1)]
    [InlineData("debian-node-app", "oci.tar", 1)]
    [InlineData("debian-node-app", "oci-zstd", 1)]
    [InlineData("debian-postgres", "oci", 1)]
    [InlineData("debian-nginx", "docker.tar", 0)]
    [InlineData("debian-nginx", "docker.tar.gz", 2)]
    [InlineData("debian-node-app", "docker.tar.zst", 2)]
    public void Every_report_is_the_same_without_with_an_empty_and_with_a_full_cache(string image, string form, int least)
    {
        var target = images.Target(image, form);
        foreach (var options in (string[][])[[], ["--all-layers"]])
        {
            var without = Reports(target, "2G", ["--no-cache", .. options]);
            Assert.Equal(without, Reports(target, "2G", options));
            Assert.Equal(without, Reports(target, "2G", options));
        }
        if (least == 0) Assert.False(Directory.Exists(Cache));
        else Assert.NotEmpty(Directory.EnumerateFiles(Cache));
    }

    [Fact]
    public void Processes_at_once_and_a_bound_that_is_passed_change_nothing()
    {
        var targets = new[] { "debian-nginx", "debian-base", "debian-node-app" }.Select(image => images.Target(image, "oci")).ToArray();
        var without = targets.Select(target => Reports(target, "0")).ToArray();
        foreach (var target in targets) Reports(target, "2G");
        var half = (Directory.EnumerateFiles(Cache).Sum(file => new FileInfo(file).Length) / 2).ToString(CultureInfo.InvariantCulture);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(without[i % 3], Reports(targets[i % 3], i % 2 == 0 ? half : "2G")));
        Assert.DoesNotContain(Directory.EnumerateFiles(Cache), file => file.Contains("unfinished", StringComparison.Ordinal));
        Reports(images.Target("debian-postgres", "oci"), half); // Its layers are new, and what is written is followed by tidying up.
        Assert.True(Directory.EnumerateFiles(Cache).Sum(file => new FileInfo(file).Length) <= long.Parse(half, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Status_and_clear_say_what_there_is()
    {
        Assert.Equal($"folder     {Cache}\nholds      0 files, 0 bytes of at most 5.0 MiB\n", Plimsoll("5M", "cache", "status").Expect(0).Out);
        Assert.False(Directory.Exists(Cache));
        Reports(images.Target("debian-nginx", "oci"), "1G");
        var files = Directory.GetFiles(Cache);
        var bytes = string.Create(CultureInfo.InvariantCulture, $"{files.Sum(file => new FileInfo(file).Length) / (double)(1 << 20):N1} MiB");
        File.WriteAllText(Path.Combine(Cache, "of the user"), "x");
        var status = Plimsoll("1G", "cache", "status").Expect(0).Lines;
        Assert.Equal([$"folder     {Cache}", $"holds      {files.Length} file{(files.Length == 1 ? "" : "s")}, {bytes} of at most 1,024.0 MiB"], status[..2]);
        Assert.Matches(@"^last used  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ to \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$", status[2]);
        Assert.Equal($"removed {files.Length} file{(files.Length == 1 ? "" : "s")}, {bytes}\n", Plimsoll("1G", "cache", "clear").Expect(0).Out);
        Assert.Equal([Path.Combine(Cache, "of the user")], Directory.GetFiles(Cache));
        Assert.Contains("in PLIMSOLL_CACHE_SIZE is no size", Plimsoll("big", "scan", images.Target("debian-base", "oci")).Expect(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_and_a_bill_leave_the_cache_alone()
    {
        var bill = Path.Combine(temporary.FullName, "bom.json");
        Plimsoll("1G", "sbom", images.Target("debian-base", "rootfs"), "--output", $"cyclonedx={bill}").Expect(0);
        Plimsoll("1G", "scan", $"sbom:{bill}").Expect(0);
        Assert.False(Directory.Exists(Cache));
    }
}
