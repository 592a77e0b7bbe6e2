using System.IO.Compression;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>The real archives of the suites: nothing of them is lost between their JSON and the answers of the store.</summary>
public sealed class RealOsvTests : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Ecosystems
    {
        get
        {
            var data = new TheoryData<string>();
            if (Mirror is { } mirror)
                foreach (var path in Directory.EnumerateDirectories(mirror).Order(StringComparer.Ordinal)) data.Add(Path.GetFileName(path));
            else data.Add("");
            return data;
        }
    }

    [Theory, MemberData(nameof(Ecosystems))]
    public void Every_record_is_found_by_its_ids_and_names_as_it_was_published(string ecosystem)
    {
        Assert.SkipWhen(ecosystem.Length == 0, "the suites (PLIMSOLL_SUITES) have no data/osv");
        var published = Path.Combine(Mirror!, ecosystem, "all.zip");
        var target = folder.PathOf("all.advisories");
        var problems = new ProblemLog("osv");
        new OsvFeed().Import(new FeedImport
        {
            Part = ecosystem,
            Files = [new FeedFile($"{ecosystem}/all.zip", () => File.OpenRead(published))],
            Target = target,
            Problems = problems,
            Fetched = StoreFolder.Fetched,
        });
        Assert.Empty(problems.All());
        using var store = AdvisoryStore.Open(target);
        store.Verify();
        using var archive = ZipFile.OpenRead(published);
        Assert.Equal(archive.Entries.Count, store.Header.Records);
        Assert.Equal(0, store.Header.Unread);

        var names = new Dictionary<(string, string), HashSet<string>>();
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var json = JsonDocument.Parse(stream);
            var record = json.RootElement;
            var id = record.GetProperty("id").GetString()!;
            var found = store.FindById(id).First(advisory => advisory.Id == id);
            AssertPublished(record, found);
            foreach (var alias in found.Aliases.Concat(found.Upstream)) Assert.Contains(store.FindById(alias), other => other.Id == id);
            foreach (var package in found.Affected.Where(package => package.Ecosystem.Split(':')[0] == ecosystem))
                (names.TryGetValue((package.Ecosystem, package.Name), out var ids) ? ids : names[(package.Ecosystem, package.Name)] = []).Add(id);
        }
        foreach (var ((where, name), ids) in names)
        {
            var found = store.Find(where, name).Select(advisory => advisory.Id).ToHashSet();
            // Other spellings of the same package may add to what this one has.
            Assert.True(found.IsSupersetOf(ids), $"{where} {name}: {string.Join(' ', ids.Except(found))}");
        }
    }

    /// <summary>Compares with the JSON read another way.</summary>
    private static void AssertPublished(JsonElement record, Advisory found)
    {
        Assert.Equal(Texts(record, "aliases"), found.Aliases);
        Assert.Equal(Texts(record, "upstream"), found.Upstream);
        Assert.Equal(Texts(record, "related"), found.Related);
        Assert.Equal(Text(record, "summary"), found.Summary);
        Assert.Equal(Text(record, "details"), found.Details);
        Assert.Equal(Text(record, "withdrawn") is { } withdrawn ? DateTimeOffset.Parse(withdrawn) : null, found.Withdrawn);
        // PYSEC-2024-55 has no time there: `1-01-01`.
        Assert.Equal(Text(record, "modified") is var modified && modified == "1-01-01T00:00:00Z" ? null : DateTimeOffset.Parse(modified!), found.Modified);
        var affected = record.GetProperty("affected").EnumerateArray().ToList();
        Assert.Equal(affected.Count, found.Affected.Length);
        foreach (var (entry, package) in affected.Zip(found.Affected))
        {
            Assert.Equal((Text(entry.GetProperty("package"), "ecosystem"), Text(entry.GetProperty("package"), "name")), (package.Ecosystem, package.Name));
            Assert.Equal(Texts(entry, "versions"), package.Versions);
            var ranges = entry.TryGetProperty("ranges", out var listed) ? listed.EnumerateArray().ToList() : [];
            Assert.Equal(ranges.Count, package.Ranges.Length);
            foreach (var (range, read) in ranges.Zip(package.Ranges))
            {
                var events = range.GetProperty("events").EnumerateArray().SelectMany(at => at.EnumerateObject()).Select(at => $"{at.Name.Replace("_", "", StringComparison.Ordinal)} {at.Value.GetString()}").ToList();
                var all = read.Events.Select(at => $"{at.Kind.ToString().ToLowerInvariant()} {at.Version}").ToList();
                Assert.Equal(events, all[..events.Count]);
                // One more only where GitHub knows the end of a range that has none.
                Assert.True(all.Count == events.Count || (all.Count == events.Count + 1 && entry.GetProperty("database_specific").TryGetProperty("last_known_affected_version_range", out _)));
            }
        }
        var pages = record.TryGetProperty("references", out var references) ? references.EnumerateArray().Select(page => page.GetProperty("url").GetString()!) : [];
        Assert.Superset(pages.ToHashSet(), found.References.ToHashSet());
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.EnumerateArray().Select(text => text.GetString()!) : [];

    private static string? Mirror { get; } = FindMirror();

    private static string? FindMirror()
    {
        var suites = Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") is { Length: > 0 } set ? set : null;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); suites is null && at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Plimsoll.slnx"))) suites = Path.Combine(at.FullName, "../shared");
        return suites is not null && Directory.Exists(Path.Combine(suites, "data/osv")) ? Path.Combine(suites, "data/osv") : null;
    }
}
