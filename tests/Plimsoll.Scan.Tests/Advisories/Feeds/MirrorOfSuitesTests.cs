using System.IO.Compression;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Real feeds, served over loopback as a mirror would.</summary>
public sealed class MirrorOfSuitesTests
{
    [Fact]
    public void Real_feeds_come_whole_and_only_once()
    {
        var data = Suites.Need("data");
        using var mirror = new TestMirror
        {
            Behave = (path, request) => File.Exists(Path.Combine(data, path)) ? Response.File(request, File.ReadAllBytes(Path.Combine(data, path)), $"\"{new FileInfo(Path.Combine(data, path)).Length}\"") : null,
        };
        string[] ecosystems = ["NuGet", "Maven", "npm"];
        var result = mirror.Update([.. ecosystems, "kev", "epss"]);
        string[] expected = ["epss", "kev", .. ecosystems.Select(ecosystem => $"osv/{ecosystem}").Order(StringComparer.Ordinal)];
        Assert.Equal(expected, result.Parts.Where(part => part.Change == PartChange.Updated).Select(part => part.Name));
        Assert.DoesNotContain(result.Parts, part => part.Change == PartChange.Failed);
        using (var database = new AdvisoryDatabase(mirror.Database))
            foreach (var part in database.Status(mirror.Now).Where(part => part.Feed == "osv"))
            {
                using var archive = ZipFile.OpenRead(Path.Combine(data, "osv", part.Part, "all.zip"));
                Assert.Equal((archive.Entries.Count, PartState.Present), (part.Records, part.State));
            }
        Assert.Equal(expected, mirror.Update([.. ecosystems, "kev", "epss"]).Parts.Where(part => part.Change == PartChange.Unchanged).Select(part => part.Name));
    }
}
