using System.Text;
using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Tests.Advisories;

public sealed class AdvisoryStoreTests : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3000)]
    [InlineData(ExternalSort.DefaultRun)]
    public void What_was_written_is_found_whole_by_id_and_by_name(int runBytes) => GeneratedAdvisories.Several(40).Sample(advisories =>
    {
        using var own = new StoreFolder();
        using var store = AdvisoryStore.Open(own.Write("Debian", advisories, runBytes));
        Assert.Equal(advisories.Length, store.Header.Records);
        foreach (var advisory in advisories)
        {
            Assert.Equal(AdvisoryText.Of(advisory), AdvisoryText.Of(Assert.Single(store.FindById(advisory.Id.ToLowerInvariant()))));
            foreach (var name in advisory.Aliases.Concat(advisory.Upstream)) Assert.Contains(store.FindById(name), found => found.Id == advisory.Id);
        }
        // The slow and obvious look-up.
        foreach (var (ecosystem, name) in advisories.SelectMany(advisory => advisory.Affected).Select(package => (package.Ecosystem, package.Name)).Append(("Debian:12", "none of these")).Distinct())
            Assert.Equal(
                advisories.Where(advisory => ecosystem.StartsWith("Debian", StringComparison.Ordinal) && advisory.Affected.Any(package => package.Ecosystem == ecosystem && package.Name == name)).Select(advisory => AdvisoryText.Of(advisory, whole: false)).Order(StringComparer.Ordinal),
                store.Find(ecosystem, name).Select(advisory => AdvisoryText.Of(advisory, whole: false)).Order(StringComparer.Ordinal));
        store.Verify();
    }, iter: 25, threads: 1);

    [Fact]
    public void Ids_are_found_closest_first()
    {
        using var store = AdvisoryStore.Open(folder.Write("npm", [Simple("A-1") with { Upstream = ["CVE-1"] }, Simple("A-2") with { Aliases = ["CVE-1"] }, Simple("CVE-1")]));
        Assert.Equal(["CVE-1", "A-2", "A-1"], store.FindById("cve-1").Select(advisory => advisory.Id));
        Assert.Empty(store.FindById("CVE-2"));
    }

    [Theory]
    [InlineData("PyPI", "Zope.Interface_x", "zope-interface-x", true)]
    [InlineData("PyPI", "a--b", "A-B", true)]
    [InlineData("NuGet", "Newtonsoft.Json", "newtonsoft.json", true)]
    [InlineData("NuGet", "Newtonsoft.Json", "newtonsoft-json", false)]
    [InlineData("Packagist", "Symfony/HTTP-kernel", "symfony/http-kernel", true)]
    [InlineData("npm", "JSONStream", "jsonstream", false)]
    [InlineData("Go", "github.com/Masterminds/x", "github.com/masterminds/x", false)]
    [InlineData("Maven", "org.A:b", "org.a:b", false)]
    [InlineData("GIT", "https://Forge.example/A/b.git", "https://forge.example/a/b/", true)]
    public void Spellings_are_one_package_as_their_ecosystem_has_it(string ecosystem, string written, string asked, bool same)
    {
        using var store = AdvisoryStore.Open(folder.Write(ecosystem, [Simple("A-1", ecosystem, written)]));
        Assert.Equal(same ? 1 : 0, store.Find(ecosystem, asked).Length);
        Assert.Equal(written, Assert.Single(store.Find(ecosystem, written)).Affected[0].Name);
    }

    [Fact]
    public void A_repository_after_the_ecosystem_is_no_release()
    {
        using var store = AdvisoryStore.Open(folder.Write("Maven", [Simple("A-1", "Maven:https://repo.example/maven", "a:b")]));
        Assert.Equal("A-1", Assert.Single(store.Find("Maven", "a:b")).Id);
        using var debian = AdvisoryStore.Open(folder.Write("Debian", [Simple("A-1", "Debian:12", "a")]));
        Assert.Empty(debian.Find("Debian", "a"));
    }

    [Fact]
    public void Many_records_of_one_name_are_found_all()
    {
        var many = Enumerable.Range(0, 5000).Select(number => Simple($"CVE-2026-{number:D5}", "Debian:12", "linux") with { Summary = new string('s', number % 700) }).ToList();
        using var store = AdvisoryStore.Open(folder.Write("Debian", many, runBytes: 100_000));
        Assert.Equal(many.Select(advisory => advisory.Id), store.Find("Debian:12", "linux").Select(advisory => advisory.Id));
    }

    [Theory]
    [InlineData("", "npm", "a", "it has an empty id")]
    [InlineData("A-1", "npm", "a\0b", "the package `a\uFFFDb` has control characters")]
    [InlineData("A-1", "", "a", "it has an empty ecosystem")]
    public void What_cannot_be_a_key_is_refused_with_the_reason(string id, string ecosystem, string name, string expected)
    {
        using var writer = new AdvisoryStoreWriter(folder.PathOf("a"), StoreFolder.Source("npm"));
        Assert.Equal(expected, writer.Add(Simple(id, ecosystem, name)));
        Assert.Null(writer.Add(Simple("A-1", "npm", new string('n', StoreFormat.MostKey / 4))));
        Assert.Equal($"the package `{new string('n', 40)}…` has 513 letters, more than the 512 that are kept", writer.Add(Simple("A-2", "npm", new string('n', (StoreFormat.MostKey / 4) + 1))));
        Assert.Equal(1, writer.Records);
    }

    [Fact]
    public void A_store_is_there_when_it_is_complete_and_leaves_nothing_when_it_is_not()
    {
        var path = folder.Write("npm", [Simple("A-1")]);
        var before = File.ReadAllBytes(path);
        using (var writer = new AdvisoryStoreWriter(path, StoreFolder.Source("npm"))) writer.Add(Simple("A-2"));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFiles(folder.Folder));
    }

    [Fact]
    public void Who_reads_the_old_one_goes_on_reading_it()
    {
        using var old = AdvisoryStore.Open(folder.Write("npm", [Simple("A-1")]));
        using var now = AdvisoryStore.Open(folder.Write("npm", [Simple("A-2")]));
        Assert.Equal("A-1", Assert.Single(old.Find("npm", "a")).Id);
        Assert.Equal("A-2", Assert.Single(now.Find("npm", "a")).Id);
    }

    [Fact]
    public void The_same_records_in_the_same_order_make_the_same_bytes()
    {
        var advisories = Enumerable.Range(0, 200).Select(number => Simple($"A-{number}", name: $"p{number % 7}") with { Details = $"text {number}" }).ToList();
        Assert.Equal(File.ReadAllBytes(folder.Write("npm", advisories, runBytes: 500, "one")), File.ReadAllBytes(folder.Write("npm", advisories, file: "two")));
    }

    [Fact]
    public void Merging_is_the_same_as_writing_anew() => Gen.Select(GeneratedAdvisories.Several(25), GeneratedAdvisories.Several(25), Gen.Int[0, 24].HashSet[0, 5]).Sample((first, second, gone) =>
    {
        using var own = new StoreFolder();
        // The second list replaces those of its ids and adds others.
        var changed = second.Select((advisory, number) => advisory with { Id = $"TEST-{number * 2:D4}" }).ToList();
        var removed = gone.Select(number => $"TEST-{(number * 2) + 1:D4}").ToHashSet(StringComparer.Ordinal);
        using var old = AdvisoryStore.Open(own.Write("npm", first));
        var target = own.PathOf("merged");
        StoreMerge.Merge(old, changed, removed, target, StoreFolder.Source("npm") with { ETag = "new" }, 3, (advisory, fault) => Assert.Fail($"{advisory.Id}: {fault}"));
        using var merged = AdvisoryStore.Open(target);
        merged.Verify();
        Assert.Equal(("new", 3L), (merged.Header.ETag, merged.Header.Unread));
        var expected = changed.Concat(first.Where(advisory => !removed.Contains(advisory.Id) && changed.All(other => other.Id != advisory.Id)));
        Assert.Equal(expected.Select(advisory => AdvisoryText.Of(advisory)).Order(StringComparer.Ordinal),
            merged.Records().Select(record => AdvisoryText.Of(merged.WithText(record.Advisory, record.Text))).Order(StringComparer.Ordinal));
    }, iter: 20, threads: 1);

    [Fact]
    public void A_merge_keeps_the_old_one_where_the_new_one_cannot_be_kept()
    {
        using var old = AdvisoryStore.Open(folder.Write("npm", [Simple("A-1")]));
        var told = new List<string>();
        StoreMerge.Merge(old, [Simple("A-1", name: "")], new HashSet<string>(), old.Path, StoreFolder.Source("npm"), 0, (advisory, fault) => told.Add($"{advisory.Id}: {fault}"));
        using var merged = AdvisoryStore.Open(old.Path);
        Assert.Equal(["A-1: it has an empty package"], told);
        Assert.Equal((1L, "a"), (merged.Header.Unread, Assert.Single(merged.FindById("A-1")).Affected[0].Name));
    }

    [Fact]
    public void An_external_sort_sorts_as_a_list_does() => Gen.Select(Gen.Select(Gen.Byte[97, 99].Array[0, 12], Gen.Byte.Array[0, 40]).List[0, 200], Gen.Int[1, 400]).Sample((items, run) =>
    {
        using var sort = new ExternalSort(run);
        foreach (var (key, value) in items) sort.Add(key, value);
        var sorted = new List<string>();
        sort.Drain((key, value) => sorted.Add($"{Encoding.Latin1.GetString(key)}={Convert.ToHexString(value)}"));
        Assert.Equal(items.OrderBy(item => Encoding.Latin1.GetString(item.Item1), StringComparer.Ordinal).Select(item => $"{Encoding.Latin1.GetString(item.Item1)}={Convert.ToHexString(item.Item2)}"), sorted);
    }, iter: 200);

    internal static Advisory Simple(string id, string ecosystem = "npm", string name = "a") => new()
    {
        Id = id,
        Feed = "osv",
        Affected = [new AffectedPackage { Ecosystem = ecosystem, Name = name, Ranges = [new AffectedRange(RangeKind.Ecosystem, [new RangeEvent(RangeEventKind.Introduced, "0"), new RangeEvent(RangeEventKind.Fixed, "1.2.3")])] }],
    };
}
