using System.Diagnostics;
using System.IO.Compression;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Tests.Catalogers;
using Plimsoll.Scan.Tests.Layers;

namespace Plimsoll.Scan.Tests.Advisories;

public sealed class AdvisoryDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly StoreFolder folder = new();
    private readonly string mirror;

    public AdvisoryDatabaseTests()
    {
        mirror = folder.PathOf("mirror");
        Publish("npm", Record("A-1", "npm", "a"), Record("A-2", "npm", "b"));
        Publish("Debian", Record("D-1", "Debian:12", "openssl"));
        Publish("Red%20Hat", Record("R-1", "Red Hat:9", "kernel"));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_folder_is_the_one_that_is_named_else_in_the_users_cache()
    {
        static string Of(params (string, string)[] set) => DatabaseLayout.DefaultFolder(name => set.FirstOrDefault(variable => variable.Item1 == name).Item2);
        Assert.Equal("/db", Of(("PLIMSOLL_DB", "/db"), ("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/u")));
        Assert.Equal("/cache/plimsoll/db", Of(("PLIMSOLL_DB", ""), ("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/u")));
        Assert.Equal("/home/u/.cache/plimsoll/db", Of(("XDG_CACHE_HOME", "relative"), ("HOME", "/home/u")));
        Assert.Equal("/root/.cache/plimsoll/db", Of());
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("archive")]
    [InlineData("bucket")]
    public void A_mirror_is_imported_and_answers(string form)
    {
        var source = mirror;
        if (form == "archive") ZipFile.CreateFromDirectory(mirror, source = folder.PathOf("mirror.zip"));
        if (form == "bucket") Directory.Move(Path.Combine(mirror, "osv"), source = folder.PathOf("bucket"));
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        var result = database.Import(source, now);
        Assert.Empty(result.Problems);
        Assert.Empty(result.Ignored);
        Assert.Equal(["osv Debian Present 1", "osv Red Hat Present 1", "osv npm Present 2"], result.Parts.Select(Line));
        Assert.Equal(["osv Debian Present 1", "osv Red Hat Present 1", "osv npm Present 2"], OfOsv(database.Status(now, thorough: true)));
        Assert.Equal("A-2", Assert.Single(database.Find("npm", "b")).Id);
        Assert.Equal("D-1", Assert.Single(database.Find("Debian:12", "openssl")).Id);
        Assert.Empty(database.Find("Debian:11", "openssl"));
        Assert.Equal("R-1", Assert.Single(database.FindById("r-1")).Id);
    }

    [Fact]
    public void One_archive_is_imported_by_the_name_of_its_folder()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        Assert.Equal(["osv npm Present 2"], database.Import(Path.Combine(mirror, "osv/npm/all.zip"), now).Parts.Select(Line));
    }

    [Fact]
    public void An_export_carries_everything_to_another_machine()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        Assert.Equal(3, database.Export(folder.PathOf("all.zip")));
        using var other = new AdvisoryDatabase(folder.PathOf("other"));
        var result = other.Import(folder.PathOf("all.zip"), now.AddDays(30));
        Assert.Empty(result.Problems);
        // What was fetched is as old there as here.
        Assert.Equal(["osv Debian Stale 1", "osv Red Hat Stale 1", "osv npm Stale 2"], result.Parts.Select(Line));
        Assert.Equal("A-1", Assert.Single(other.Find("npm", "a")).Id);
        Assert.Equal(File.ReadAllBytes(folder.PathOf("db/osv/Red%20Hat.advisories")), File.ReadAllBytes(folder.PathOf("other/osv/Red%20Hat.advisories")));
    }

    [Fact]
    public void An_export_carries_what_the_source_confirmed_and_no_address_of_ones_own()
    {
        using var source = new Feeds.TestMirror();
        source.Publish("npm", new Feeds.TestRecord("A-1", "2026-01-10T00:00:00Z", "a"));
        source.UpdateOne("npm", "osv/npm");
        source.Now += TimeSpan.FromDays(20);
        Assert.Equal(Scan.Advisories.Feeds.PartChange.Unchanged, source.UpdateOne("npm", "osv/npm").Change);
        using (var database = new AdvisoryDatabase(source.Database)) database.Export(folder.PathOf("carried.zip"));
        using var other = new AdvisoryDatabase(folder.PathOf("other"));
        var imported = other.Import(folder.PathOf("carried.zip"), source.Now + TimeSpan.FromDays(1));
        Assert.Empty(imported.Ignored);
        Assert.Equal((PartState.Present, source.Now), imported.Parts.Single(part => part.Part == "npm") is var part ? (part.State, part.Checked!.Value) : default);
        Assert.Equal(PartState.Stale, other.Status(source.Now + TimeSpan.FromDays(8)).Single(one => one.Part == "npm").State);
        Assert.DoesNotContain(source.Host, File.ReadAllText(Path.Combine(folder.PathOf("other"), "feeds.json")), StringComparison.Ordinal);
        // A clock that was ahead makes nothing current for longer.
        Directory.Delete(folder.PathOf("other"), recursive: true);
        var early = source.Now - TimeSpan.FromDays(2);
        other.Import(folder.PathOf("carried.zip"), early);
        Assert.Equal(early, other.Status(early).Single(one => one.Part == "npm").Checked);
    }

    [Fact]
    public void An_export_that_was_damaged_replaces_nothing()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        var path = folder.PathOf("db/osv/npm.advisories");
        var damaged = File.ReadAllBytes(path);
        damaged[^1] ^= 1;
        File.WriteAllBytes(folder.PathOf("all.zip"), MemoryZip.Zip([("osv/npm.advisories", damaged), ("osv/Maven.advisories", File.ReadAllBytes(path))]));
        var result = database.Import(folder.PathOf("all.zip"), now);
        Assert.Equal(2, result.Problems.Length);
        Assert.Contains("it holds `npm`; what the database had of it is kept", result.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("a table does not match its checksum; what the database had of it is kept", result.Problems[1].Message, StringComparison.Ordinal);
        Assert.Equal("A-1", Assert.Single(database.Find("npm", "a")).Id);
        Assert.Equal(["osv Debian Present 1", "osv Red Hat Present 1", "osv npm Present 2"], OfOsv(database.Status(now, thorough: true)));
    }

    [Fact]
    public void Age_is_the_age_of_the_files()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        Assert.All(database.StatusOf("npm", now), part => Assert.Equal(StoreFolder.Fetched, part.Fetched));
        Assert.Equal(PartState.Present, Assert.Single(database.StatusOf("npm", StoreFolder.Fetched.AddDays(7))).State);
        Assert.Equal(PartState.Stale, Assert.Single(database.StatusOf("npm", StoreFolder.Fetched.AddDays(7).AddSeconds(1))).State);
        Assert.Equal(("PyPI", PartState.Missing), (database.StatusOf("PyPI", now)[0].Part, database.StatusOf("PyPI", now)[0].State));
        Assert.Equal(PartState.Present, Assert.Single(database.StatusOf("Debian:12", now)).State);
    }

    [Fact]
    public void A_corrupt_part_is_said_and_never_answers()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        File.WriteAllText(folder.PathOf("db/osv/npm.advisories"), "not a store");
        var part = Assert.Single(database.StatusOf("npm", now));
        Assert.Equal((PartState.Corrupt, $"`{folder.PathOf("db/osv/npm.advisories")}` in the advisory database cannot be used: expected a file of advisories, found another kind."), (part.State, part.Message));
        Assert.Equal("database-corrupt", Assert.Throws<PlimsollException>(() => database.Find("npm", "a")).Code);
        Assert.Equal("D-1", Assert.Single(database.Find("Debian:12", "openssl")).Id);
    }

    [Fact]
    public void Records_that_cannot_be_read_are_counted_and_the_others_are_there()
    {
        Publish("npm", Record("A-1", "npm", "a"), "{", """{"id": "A-3"}""");
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        var result = database.Import(mirror, now);
        Assert.Equal(
            ["osv/npm/all.zip!/1.json: it is no JSON object after its first 1 bytes; it is not imported", "osv/npm/all.zip!/2.json: it has no `modified`; the rest of it is imported"],
            result.Problems.Select(problem => $"{problem.Where}: {problem.Message}"));
        Assert.Equal((2, 2), (database.StatusOf("npm", now)[0].Records, database.StatusOf("npm", now)[0].Unread));
    }

    [Fact]
    public void An_archive_without_a_readable_record_replaces_nothing()
    {
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        Publish("npm");
        Publish("Debian", "{}");
        File.WriteAllText(Path.Combine(mirror, "osv/Red%20Hat/all.zip"), "no archive");
        Assert.Equal(
            ["osv/Debian: `osv/Debian/all.zip` has no record that can be read (1 cannot be); what the database had of it is kept",
             "osv/Red Hat: `osv/Red%20Hat/all.zip` cannot be imported: expected a ZIP archive, found no end record of one; what the database had of it is kept",
             "osv/npm: `osv/npm/all.zip` has no record that can be read; what the database had of it is kept"],
            database.Import(mirror, now).Problems.Where(problem => problem.Kind == ProblemKind.Unreadable).Select(problem => $"{problem.Where}: {problem.Message}"));
        Assert.Equal(["osv Debian Present 1", "osv Red Hat Present 1", "osv npm Present 2"], OfOsv(database.Status(now)));
    }

    [Fact]
    public void What_no_feed_knows_is_listed()
    {
        File.WriteAllText(Path.Combine(mirror, "readme"), "");
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        Assert.Equal(["readme"], database.Import(mirror, now).Ignored);
        Directory.CreateDirectory(folder.PathOf("empty"));
        Assert.Equal("nothing-to-import", Assert.Throws<PlimsollException>(() => database.Import(folder.PathOf("empty"), now)).Code);
        Assert.Equal("source-not-found", Assert.Throws<PlimsollException>(() => database.Import(folder.PathOf("nowhere"), now)).Code);
        Assert.Equal("database-empty", Assert.Throws<PlimsollException>(() => new AdvisoryDatabase(folder.PathOf("none")).Export(folder.PathOf("e.zip"))).Code);
    }

    [Fact]
    public void Another_process_that_writes_is_said_and_reading_goes_on()
    {
        Assert.SkipUnless(Tools.Has("flock"), "flock is needed");
        using var database = new AdvisoryDatabase(folder.PathOf("db"));
        database.Import(mirror, now);
        using (var other = Process.Start(new ProcessStartInfo("flock", [folder.PathOf("db/lock"), "sh", "-c", "echo held; read end"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!)
        {
            Assert.Equal("held", other.StandardOutput.ReadLine());
            var refused = Assert.Throws<PlimsollException>(() => database.Import(mirror, now));
            Assert.Equal(("database-locked", $"The advisory database in `{folder.PathOf("db")}` is being written by another plimsoll."), (refused.Code, refused.Message));
            Assert.Equal("A-1", Assert.Single(database.Find("npm", "a")).Id);
            other.StandardInput.Close();
            Assert.True(other.WaitForExit(TimeSpan.FromSeconds(30)));
        }
        Assert.Empty(database.Import(mirror, now).Problems);
    }

    [Fact]
    public void Of_many_that_write_at_once_each_is_done_or_refused_and_readers_see_whole_files()
    {
        using (var first = new AdvisoryDatabase(folder.PathOf("db"))) first.Import(mirror, now);
        var (done, refused) = (0, 0);
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            using var own = new AdvisoryDatabase(folder.PathOf("db"));
            if (number % 2 == 0)
            {
                Assert.Equal("A-1", Assert.Single(own.Find("npm", "a")).Id);
                Assert.DoesNotContain(own.Status(now, thorough: true), part => part.State == PartState.Corrupt);
                return;
            }
            try
            {
                Assert.Empty(own.Import(mirror, now).Problems);
                Interlocked.Increment(ref done);
            }
            catch (PlimsollException locked)
            {
                Assert.Equal("database-locked", locked.Code);
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal(20, done + refused);
        Assert.True(done > 0, "nobody could write");
        Assert.Equal(["osv Debian Present 1", "osv Red Hat Present 1", "osv npm Present 2"], OfOsv(new AdvisoryDatabase(folder.PathOf("db")).Status(now, thorough: true)));
    }

    private static string Line(DatabasePart part) => $"{part.Feed} {part.Part} {part.State} {part.Records}";

    private static IEnumerable<string> OfOsv(IEnumerable<DatabasePart> parts) => parts.Where(part => part.Feed == "osv").Select(Line);

    private static string Record(string id, string ecosystem, string name) =>
        $$"""{"id": "{{id}}", "modified": "2026-01-01T00:00:00Z", "details": "text", "affected": [{"package": {"ecosystem": "{{ecosystem}}", "name": "{{name}}"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}""";

    private void Publish(string ecosystem, params string[] records)
    {
        var path = Path.Combine(mirror, "osv", ecosystem, "all.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, MemoryZip.Zip(records.Select((record, number) => ($"{number}.json", System.Text.Encoding.UTF8.GetBytes(record)))));
        File.SetLastWriteTimeUtc(path, StoreFolder.Fetched.UtcDateTime);
    }
}
