using Plimsoll.Core.Results;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>What is asked for, fetched and kept when all goes well.</summary>
public sealed class UpdaterTests
{
    private static readonly TestRecord lodash = new("GHSA-1", "2026-01-10T00:00:00Z", "lodash");
    private static readonly TestRecord minimist = new("GHSA-2", "2026-01-11T00:00:00Z", "minimist");
    private static readonly TestRecord axios = new("GHSA-3", "2026-01-12T00:00:00Z", "axios");

    private static TestMirror Npm()
    {
        var mirror = new TestMirror();
        mirror.Publish("npm", lodash, minimist);
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("npm", "osv/npm").Change);
        mirror.Asked();
        mirror.Now += TimeSpan.FromDays(1);
        return mirror;
    }

    [Fact]
    public void The_first_update_takes_the_archive_and_remembers_from_where()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash, minimist);
        mirror.Publish("Red Hat", new TestRecord("RHSA-1", "2026-01-10T00:00:00Z", "bash"));
        Assert.Equal("3 records.", mirror.UpdateOne("npm", "osv/npm").Sentence);
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
        Assert.Empty(mirror.Find("Red Hat", "bash"));
        var state = mirror.State("osv", "npm");
        Assert.Equal($"{mirror.Address}/osv/npm/all.zip", state.From);
        Assert.Equal(mirror.Now, state.Checked);
        Assert.Equal(mirror["osv/npm/all.zip"].Length, state.Bytes);
        Assert.Null(state.Error);
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("red hat", "osv/Red Hat").Change);
        Assert.Equal(["RHSA-1"], mirror.Find("Red Hat", "bash"));
    }

    [Fact]
    public void What_did_not_change_is_not_fetched_again()
    {
        using var mirror = Npm();
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.DoesNotContain("osv/npm/all.zip", mirror.Asked());
        mirror.Now += TimeSpan.FromDays(1);
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(mirror.Now, mirror.State("osv", "npm").Checked);
    }

    [Fact]
    public void Only_what_changed_is_fetched_and_what_is_gone_is_removed()
    {
        using var mirror = Npm();
        mirror.Publish("npm", axios, lodash with { Modified = "2026-01-20T00:00:00Z", Package = "lodash-es" });
        var outcome = mirror.UpdateOne("npm", "osv/npm");
        Assert.Equal("2 changed, 1 removed; 3 records.", outcome.Sentence);
        Assert.Equal(["osv/npm/GHSA-1.json", "osv/npm/GHSA-3.json", "osv/npm/modified_id.csv"], mirror.Asked().Where(path => path.StartsWith("osv/npm/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Empty(mirror.Find("npm", "lodash"));
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash-es"));
        Assert.Equal(["GHSA-3"], mirror.Find("npm", "axios"));
        Assert.Empty(mirror.Find("npm", "minimist"));
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("npm", "osv/npm").Change);
    }

    [Fact]
    public void A_record_that_is_withdrawn_comes_as_a_change()
    {
        using var mirror = Npm();
        mirror.Publish("npm", lodash with { Modified = "2026-01-20T00:00:00Z", Withdrawn = "2026-01-20T00:00:00Z" }, minimist);
        Assert.Equal("1 changed, 0 removed; 3 records.", mirror.UpdateOne("npm", "osv/npm").Sentence);
        Assert.Equal(["GHSA-1 withdrawn"], mirror.Find("npm", "lodash"));
    }

    [Fact]
    public void Many_changes_come_as_the_archive()
    {
        using var mirror = Npm();
        mirror.Publish("npm", [.. Enumerable.Range(0, 30).Select(i => lodash with { Id = $"GHSA-{i}", Modified = "2026-01-20T00:00:00Z" })]);
        Assert.Equal("31 records.", mirror.UpdateOne("npm", "osv/npm").Sentence);
        Assert.Contains("osv/npm/all.zip", mirror.Asked());
    }

    [Theory]
    [InlineData("no index")]
    [InlineData("broken index")]
    [InlineData("no single records")]
    public void A_mirror_that_has_only_archives_is_asked_for_those(string kind)
    {
        using var mirror = Npm();
        mirror.Publish("npm", lodash, minimist, axios);
        if (kind == "no index") mirror.Remove("osv/npm/modified_id.csv");
        if (kind == "broken index") mirror.Put("osv/npm/modified_id.csv", "<html>"u8.ToArray());
        if (kind == "no single records") mirror.Remove("osv/npm/GHSA-3.json");
        Assert.Equal("4 records.", mirror.UpdateOne("npm", "osv/npm").Sentence);
        Assert.Equal(["GHSA-3"], mirror.Find("npm", "axios"));
        mirror.Asked();
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("npm", "osv/npm").Change);
    }

    [Fact]
    public void Without_names_what_is_there_is_updated_and_all_when_nothing_is()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Publish("PyPI", lodash);
        mirror.Publish("Debian", lodash);
        mirror.Put("osv/ecosystems.txt", "Debian\nDebian:12\n[EMPTY]\nPyPI\nnpm\n"u8.ToArray());
        Assert.Equal(["osv/Debian: 2 records.", "osv/PyPI: 2 records.", "osv/npm: 2 records."], mirror.Update().Parts.Where(part => part.Name.StartsWith("osv/", StringComparison.Ordinal)).Select(part => $"{part.Name}: {part.Sentence}"));
        foreach (var gone in (string[])["Debian", "PyPI"]) File.Delete(Path.Combine(mirror.Database, "osv", gone + ".advisories"));
        mirror.Asked();
        Assert.Equal(["osv/npm"], mirror.Update().Parts.Where(part => part.Change != PartChange.NotOffered).Select(part => part.Name));
        Assert.DoesNotContain(mirror.Asked(), path => path.Contains("PyPI", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_nothing_has_is_told_with_those_that_there_are()
    {
        using var mirror = Npm();
        var outcome = mirror.UpdateOne("nmp", "nmp");
        Assert.Equal(PartChange.Failed, outcome.Change);
        Assert.Equal("no feed and no ecosystem has this name.", outcome.Sentence);
        Assert.EndsWith("and the ecosystems npm.", outcome.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_serves_as_an_address_does()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Publish("Rocky Linux", lodash);
        var request = mirror.Request("npm", "rocky linux") with { From = mirror.ToFolder(), Offline = true };
        Assert.Equal(["osv/Rocky Linux", "osv/npm"], Updater.Update(request).Parts.Where(part => part.Change == PartChange.Updated).Select(part => part.Name));
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
        Assert.Equal(["osv/Rocky Linux", "osv/npm"], Updater.Update(request).Parts.Where(part => part.Change == PartChange.Unchanged).Select(part => part.Name));
        Assert.Empty(mirror.Asked());
        mirror.Publish("npm", lodash, axios);
        mirror.ToFolder();
        Assert.Contains(Updater.Update(request).Parts, part => part.Name == "osv/npm" && part.Sentence == "1 changed, 0 removed; 3 records.");
    }

    [Fact]
    public void A_copy_of_the_bucket_of_OSV_is_a_mirror()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        var request = mirror.Request("npm") with { From = Path.Combine(mirror.ToFolder(), "osv") };
        Assert.Equal("2 records.", Assert.Single(Updater.Update(request).Parts, part => part.Name == "osv/npm").Sentence);
    }

    [Fact]
    public void What_was_imported_by_hand_is_not_taken_for_what_was_fetched()
    {
        using var mirror = Npm();
        mirror.Remove("osv/npm/modified_id.csv");
        var older = Path.Combine(mirror.Database, "../older/npm/all.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(older)!);
        File.WriteAllBytes(older, TestMirror.Archive("npm", axios));
        using (var database = new AdvisoryDatabase(mirror.Database)) database.Import(older, mirror.Now);
        Assert.Empty(mirror.Find("npm", "lodash"));
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
    }

    [Fact]
    public void A_damaged_database_is_fetched_anew_even_if_the_source_has_not_changed()
    {
        using var mirror = Npm();
        var file = Path.Combine(mirror.Database, "osv/npm.advisories");
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Equal(PartChange.Updated, mirror.UpdateOne("npm", "osv/npm").Change);
        Assert.Equal(["GHSA-1"], mirror.Find("npm", "lodash"));
    }

    [Fact]
    public void The_status_knows_what_was_confirmed_and_what_failed()
    {
        using var mirror = Npm();
        mirror.Now += TimeSpan.FromDays(30);
        DatabasePart Status() => Assert.Single(new AdvisoryDatabase(mirror.Database).Status(mirror.Now), part => part.Feed == "osv");
        Assert.Equal(PartState.Stale, Status().State);
        mirror.Update("npm");
        Assert.Equal((PartState.Present, mirror.Now), (Status().State, Status().Checked));
        mirror.Behave = (_, _) => Response.Text(500, "");
        mirror.Now += TimeSpan.FromDays(1);
        mirror.Update("npm", "PyPI");
        var parts = new AdvisoryDatabase(mirror.Database).Status(mirror.Now).Where(part => part.Feed == "osv").ToList();
        Assert.Equal([("PyPI", PartState.Missing), ("npm", PartState.Present)], parts.Select(part => (part.Part, part.State)));
        Assert.All(parts, part => Assert.Equal(mirror.Now, part.Failed));
        Assert.All(parts, part => Assert.Contains("it answers 500 X", part.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_process_waits_and_says_so()
    {
        using var mirror = Npm();
        using (DatabaseLock.Take(mirror.Database))
            Assert.Equal("database-locked", Assert.Throws<PlimsollException>(() => mirror.Update("npm")).Code);
        Assert.Empty(mirror.Sayings);
        var held = DatabaseLock.Take(mirror.Database);
        var release = Task.Delay(500).ContinueWith(_ => held.Dispose(), TaskScheduler.Default);
        var result = Updater.Update(mirror.Request("npm") with { Patience = TimeSpan.FromSeconds(20) }, mirror);
        Assert.True(release.IsCompleted);
        Assert.True(result.HasAny);
        Assert.Equal($"The advisory database in `{mirror.Database}` is being written by another plimsoll.", Assert.Single(mirror.Sayings));
    }

    [Fact]
    public void A_scan_fetches_what_it_lacks_and_nothing_that_is_there()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        mirror.Publish("PyPI", lodash);
        Assert.DoesNotContain(Updater.Ensure(mirror.Request(), ["npm"]), missing => missing.Part.StartsWith("osv/", StringComparison.Ordinal));
        Assert.Equal(["osv/npm/all.zip"], mirror.Asked().Where(path => path.StartsWith("osv/", StringComparison.Ordinal)));
        Updater.Ensure(mirror.Request(), ["npm"]);
        Assert.DoesNotContain(mirror.Asked(), path => path.StartsWith("osv/", StringComparison.Ordinal));
        var missing = Assert.Single(Updater.Ensure(mirror.Request(), ["npm", "Arch:rolling"]), missing => missing.Part == "osv/Arch");
        Assert.Equal($"The advisory database has no data of osv/Arch: `{mirror.Address}/osv/Arch/all.zip` is not there: 404 X.", missing.Sentence);
    }

    [Fact]
    public void Offline_nothing_is_fetched_and_what_lacks_is_named()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        var missing = Assert.Single(Updater.Ensure(mirror.Request() with { Offline = true }, ["npm"]), missing => missing.Part == "osv/npm");
        Assert.Equal($"The advisory database has no data of osv/npm: `{mirror.Address}/osv/npm/all.zip` is not fetched, since `--offline` forbids the network.", missing.Sentence);
        Assert.Empty(mirror.Asked());
        Assert.Null(mirror.State("osv", "npm").Error);
    }

    [Fact]
    public void A_place_that_is_none_is_told_at_once()
    {
        using var mirror = new TestMirror();
        Assert.Equal("`no/such/folder`, given by --from, is no folder.", Assert.Throws<PlimsollException>(() => Updater.Update(mirror.Request() with { From = "no/such/folder" })).Message);
        Assert.Equal("`ftp://host/`, given by --from, is no address of a folder.", Assert.Throws<PlimsollException>(() => Updater.Update(mirror.Request() with { From = "ftp://host/" })).Message);
    }

    [Fact]
    public void The_environment_names_a_place_for_all_feeds_or_for_one()
    {
        using var mirror = new TestMirror();
        mirror.Publish("npm", lodash);
        var request = mirror.Request("npm") with { From = null, Offline = false };
        Assert.Contains(Updater.Update(request with { Variable = name => name == "PLIMSOLL_FEEDS" ? mirror.Address : null }).Parts, part => part.Name == "osv/npm" && part.Change == PartChange.Updated);
        Assert.Contains(Updater.Update(request with { Variable = name => name == "PLIMSOLL_FEED_OSV" ? $"{mirror.Address}/osv" : name == "PLIMSOLL_FEEDS" ? mirror.ToFolder() : null }).Parts, part => part.Name == "osv/npm" && part.Change == PartChange.Unchanged);
    }
}
