using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Plimsoll.Engines.Tests;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Red Hat's documents from a mirror: the archive first, then what changed.</summary>
public sealed class VexChangesTests
{
    private const string Os = "Red Hat:enterprise_linux:9::baseos";

    private static string Document(int number, string package, string time) => $$$$"""
        {"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "x", "tracking": {"current_release_date": "{{{{time}}}}", "id": "CVE-2026-{{{{number}}}}", "initial_release_date": "2026-01-01T00:00:00+00:00", "status": "final", "version": "1"}},
         "product_tree": {"branches": [{"branches": [
           {"category": "product_name", "name": "BaseOS-9", "product": {"name": "BaseOS-9", "product_id": "BaseOS-9", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9::baseos"}}},
           {"category": "product_version", "name": "a", "product": {"name": "a", "product_id": "p", "product_identification_helper": {"purl": "pkg:rpm/redhat/{{{{package}}}}@1.2-3.el9?arch=src"}}}],
           "category": "vendor", "name": "Red Hat"}],
          "relationships": [{"category": "default_component_of", "full_product_name": {"name": "a", "product_id": "BaseOS-9:p"}, "product_reference": "p", "relates_to_product_reference": "BaseOS-9"}]},
         "vulnerabilities": [{"cve": "CVE-2026-{{{{number}}}}", "product_status": {"fixed": ["BaseOS-9:p"]}}]}
        """;

    private static void Archive(TestMirror mirror, string day, params (int Number, string Package)[] documents)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
            foreach (var (number, package) in documents)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"2026/cve-2026-{number}.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Document(number, package, $"{day}T00:00:00+00:00"))) });
        mirror.Put("csaf/archive_latest.txt", Encoding.ASCII.GetBytes($"csaf_vex_{day}.tar\n"));
        mirror.Put($"csaf/csaf_vex_{day}.tar", bytes.ToArray());
    }

    private static void Change(TestMirror mirror, params (int Number, string Package, string Time)[] documents)
    {
        foreach (var (number, package, time) in documents) mirror.Put($"csaf/2026/cve-2026-{number}.json", Encoding.UTF8.GetBytes(Document(number, package, time)));
        List(mirror, "changes.csv", [.. documents.Select(one => (one.Number, one.Time))]);
    }

    private static void List(TestMirror mirror, string name, params (int Number, string Time)[] documents) =>
        mirror.Put($"csaf/{name}", Encoding.ASCII.GetBytes(string.Concat(documents.Select(one => $"\"2026/cve-2026-{one.Number}.json\",\"{one.Time}\"\n"))));

    private static TestMirror First()
    {
        var mirror = new TestMirror();
        Archive(mirror, "2026-01-10", (1, "bash"), (2, "curl"), (3, "zlib"));
        Change(mirror, (1, "bash", "2026-01-09T10:00:00+00:00"), (2, "curl", "2026-01-09T10:00:00+00:00"), (3, "zlib", "2026-01-09T10:00:00+00:00"));
        Assert.Equal((PartChange.Updated, "3 records."), mirror.UpdateOne("csaf", "csaf/Red Hat") is var outcome ? (outcome.Change, outcome.Sentence) : default);
        Assert.DoesNotContain(mirror.Asked(), path => path.StartsWith("csaf/2026/", StringComparison.Ordinal));
        mirror.Now += TimeSpan.FromDays(1);
        return mirror;
    }

    [Fact]
    public void Without_changes_nothing_but_the_list_is_asked_for()
    {
        using var mirror = First();
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("csaf", "csaf/Red Hat").Change);
        Assert.Equal(["csaf/changes.csv"], mirror.Asked().Where(path => path.StartsWith("csaf/", StringComparison.Ordinal)));
        Assert.Equal(mirror.Now, mirror.State("csaf", "Red Hat").Checked);
    }

    [Fact]
    public void Only_documents_that_changed_are_fetched_and_what_is_gone_is_removed()
    {
        using var mirror = First();
        Change(mirror, (1, "bash-new", "2026-01-20T10:00:00+00:00"), (2, "curl", "2026-01-09T10:00:00+00:00"), (4, "perl", "2026-01-20T11:00:00+00:00"));
        List(mirror, "deletions.csv", (3, "2026-01-19T00:00:00+00:00"), (2, "2026-01-01T00:00:00+00:00"));
        var outcome = mirror.UpdateOne("csaf", "csaf/Red Hat");
        Assert.Equal("2 changed, 1 removed; 3 records.", outcome.Sentence);
        Assert.Equal(["csaf/2026/cve-2026-1.json", "csaf/2026/cve-2026-4.json"], mirror.Asked().Where(path => path.EndsWith(".json", StringComparison.Ordinal) && path.StartsWith("csaf", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Empty(mirror.Find(Os, "bash"));
        Assert.Equal(["CVE-2026-1", "CVE-2026-2", "CVE-2026-4"], ((string[])["bash-new", "curl", "perl"]).SelectMany(name => mirror.Find(Os, name)));
        Assert.Empty(mirror.Find(Os, "zlib"));
        Assert.Equal(DateTimeOffset.Parse("2026-01-20T11:00:00Z", CultureInfo.InvariantCulture), mirror.State("csaf", "Red Hat").Through);
        Assert.Equal(PartChange.Unchanged, mirror.UpdateOne("csaf", "csaf/Red Hat").Change);
        Assert.DoesNotContain(mirror.Asked(), path => path.EndsWith(".json", StringComparison.Ordinal) && path.StartsWith("csaf", StringComparison.Ordinal));
    }

    [Fact]
    public void What_changed_since_the_archive_was_made_comes_with_the_first_update()
    {
        using var mirror = new TestMirror();
        Archive(mirror, "2026-01-10", (1, "bash"));
        Change(mirror, (1, "bash", "2026-01-09T10:00:00+00:00"), (2, "curl", "2026-01-10T10:00:00+00:00"));
        Assert.Equal("1 changed, 0 removed; 2 records.", mirror.UpdateOne("csaf", "csaf/Red Hat").Sentence);
        Assert.Equal(["CVE-2026-2"], mirror.Find(Os, "curl"));
    }

    [Theory]
    [InlineData("no list")]
    [InlineData("\"../../etc/passwd\",\"2026-01-20T10:00:00+00:00\"\n")]
    [InlineData("\"2026/cve-2026-1.json\",\"soon\"\n")]
    public void A_broken_list_leads_to_the_archive(string list)
    {
        using var mirror = First();
        mirror.Put("csaf/changes.csv", Encoding.UTF8.GetBytes(list));
        Archive(mirror, "2026-01-25", (1, "bash"), (5, "perl"));
        Assert.Equal("2 records.", mirror.UpdateOne("csaf", "csaf/Red Hat").Sentence);
        Assert.Equal(["CVE-2026-5"], mirror.Find(Os, "perl"));
    }

    [Fact]
    public void A_changed_document_that_cannot_be_read_or_had_leaves_the_old_one_and_is_counted()
    {
        using var mirror = First();
        Change(mirror, (1, "bash", "2026-01-20T10:00:00+00:00"), (2, "curl", "2026-01-20T10:00:00+00:00"), (4, "perl", "2026-01-20T11:00:00+00:00"));
        mirror.Put("csaf/2026/cve-2026-1.json", "{\"document\": {"u8.ToArray());
        mirror.Remove("csaf/2026/cve-2026-2.json");
        var outcome = mirror.UpdateOne("csaf", "csaf/Red Hat");
        Assert.Equal("3 changed, 0 removed; 4 records, 2 could not be read.", outcome.Sentence);
        Assert.Equal(2, outcome.Problems.Length);
        Assert.Equal(["CVE-2026-1"], mirror.Find(Os, "bash"));
        Assert.Equal(["CVE-2026-4"], mirror.Find(Os, "perl"));
    }

    [Fact]
    public void A_server_that_fails_meanwhile_changes_nothing_and_the_next_update_goes_on()
    {
        using var mirror = First();
        Change(mirror, (1, "bash-new", "2026-01-20T10:00:00+00:00"));
        mirror.Behave = (path, _) => path.EndsWith("cve-2026-1.json", StringComparison.Ordinal) ? Response.Text(500, "") : null;
        Assert.Equal(PartChange.Failed, mirror.UpdateOne("csaf", "csaf/Red Hat").Change);
        Assert.Equal(["CVE-2026-1"], mirror.Find(Os, "bash"));
        mirror.Behave = null;
        Assert.Equal("1 changed, 0 removed; 3 records.", mirror.UpdateOne("csaf", "csaf/Red Hat").Sentence);
    }

    [Fact]
    public void More_changes_than_are_fetched_one_by_one_come_with_a_newer_archive_or_in_turns()
    {
        const int More = VexChanges.MostDocuments + 10;
        using var mirror = First();
        List(mirror, "changes.csv", [.. Enumerable.Range(1, More).Select(number => (number, $"2026-01-20T10:{number / 60 % 60:00}:{number % 60:00}+00:00"))]);
        var answer = Encoding.UTF8.GetBytes(Document(7, "many", "2026-01-20T10:00:00+00:00"));
        mirror.Behave = (path, _) => path.StartsWith("csaf/2026/", StringComparison.Ordinal) ? new Response(200, answer) : null;
        Assert.Equal("5,000 changed, 0 removed, 10 left for the next update; 4 records.", mirror.UpdateOne("csaf", "csaf/Red Hat").Sentence);
        Archive(mirror, "2026-01-25", (1, "bash"), (5, "perl"));
        List(mirror, "changes.csv", [.. Enumerable.Range(1, More).Select(number => (number, $"2026-01-24T10:{number / 60 % 60:00}:{number % 60:00}+00:00"))]);
        Assert.Equal("2 records.", mirror.UpdateOne("csaf", "csaf/Red Hat").Sentence);
    }
}
