using System.Collections.Immutable;
using System.IO.Compression;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Advisories.Store;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// What is known of vulnerabilities on this machine: a folder with a file for each part of each feed. Files are replaced
/// whole, so that reading needs no lock; writing takes one. One thread at a time.
/// </summary>
public sealed class AdvisoryDatabase(string folder) : IDisposable
{
    private readonly Dictionary<string, ImmutableArray<AdvisoryStore>> open = new(StringComparer.Ordinal);

    public static string DefaultFolder => DatabaseLayout.DefaultFolder(Environment.GetEnvironmentVariable);

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Every part that is there, and one line for each feed of which there is none. In the order of feeds and parts.</summary>
    /// <param name="thorough">Whether every byte is checked.</param>
    public ImmutableArray<DatabasePart> Status(DateTimeOffset now, bool thorough = false)
    {
        var states = FeedStates.Read(Folder);
        return [.. All.Feeds.SelectMany(feed => DatabaseLayout.Parts(Folder, feed).Select(part => Judge(feed, part.Part, part.Path, now, thorough, states))
            .Concat(states.All.Where(state => state.Feed == feed.Id && state.Error is not null && !File.Exists(DatabaseLayout.FileOf(Folder, feed, state.Part))).Select(state => Missing(feed, state.Part) with { Error = state.Error, Failed = state.Failed }))
            .OrderBy(part => part.Part, StringComparer.Ordinal).DefaultIfEmpty(Missing(feed, "")))];
    }

    /// <summary>The parts that answer for an ecosystem; a missing one of OSV, which has all ecosystems, when there is none.</summary>
    /// <param name="ecosystem">With or without a release: `npm`, `Debian:12`.</param>
    public ImmutableArray<DatabasePart> StatusOf(string ecosystem, DateTimeOffset now)
    {
        var states = FeedStates.Read(Folder);
        var parts = FilesOf(EcosystemNames.Root(ecosystem)).Select(file => Judge(file.Feed, file.Part, file.Path, now, thorough: false, states)).ToImmutableArray();
        return parts.IsEmpty ? [Missing(All.Feeds.First(feed => feed is OsvFeed), EcosystemNames.Root(ecosystem))] : parts;
    }

    /// <summary>What all feeds know of a package, without long texts, in the order of feeds and ids. Empty when nothing is known, and when there is no data: <see cref="StatusOf"/> tells.</summary>
    /// <param name="ecosystem">With the release where there is one: `Debian:12`.</param>
    /// <exception cref="PlimsollException">A file is corrupt.</exception>
    public ImmutableArray<Advisory> Find(string ecosystem, string name)
    {
        var stores = StoresOf(EcosystemNames.Root(ecosystem));
        return stores is [var only] ? only.Find(ecosystem, name) : [.. stores.SelectMany(store => store.Find(ecosystem, name)).DistinctBy(advisory => (advisory.Feed, advisory.Id))];
    }

    /// <summary>Every advisory that has an id as its own, as an alias, or passes it on to packages of a distribution; whole.</summary>
    /// <exception cref="PlimsollException">A file is corrupt.</exception>
    public ImmutableArray<Advisory> FindById(string id) => [.. All.Feeds.OfType<AdvisoryFeed>()
        .SelectMany(feed => DatabaseLayout.Parts(Folder, feed)).SelectMany(part =>
        {
            using var store = AdvisoryStore.Open(part.Path);
            return store.FindById(id);
        }).DistinctBy(advisory => (advisory.Feed, advisory.Id))];

    /// <summary>CISA's entry on a vulnerability; null when it has none, and when the catalog is not there.</summary>
    /// <exception cref="PlimsollException">The file is corrupt.</exception>
    public KnownExploited? FindExploited(CveId cve)
    {
        using var table = KnownExploitedTable.OpenIn(Folder);
        return table?.Find(cve);
    }

    /// <summary>Reads published files, or files of another database, from a folder or a ZIP archive.</summary>
    /// <exception cref="PlimsollException">There is nothing to read, or another process is writing.</exception>
    public ImportResult Import(string path, DateTimeOffset now, ScanProgress? progress = null)
    {
        using var mirror = Mirror.Open(path);
        var (parts, ignored) = Sort(mirror);
        if (parts.Count == 0) throw new PlimsollException("nothing-to-import", $"`{path}` has no file that a feed knows.", "Expected is what the feeds publish, `npm/all.zip` or `osv/npm/all.zip` for one, or what `plimsoll db export` wrote.");
        using var held = DatabaseLock.Take(Folder);
        var states = FeedStates.Read(Folder);
        var theirs = mirror.Files.FirstOrDefault(file => file.File.Path == FeedStates.FileName) is { } kept ? Known(kept) : null;
        var problems = new List<Problem>();
        var imported = new List<DatabasePart>();
        foreach (var (feed, part, files) in parts)
        {
            progress?.Begin($"importing {feed.Id}/{part}");
            var log = new ProblemLog(feed.Id);
            var target = DatabaseLayout.FileOf(Folder, feed, part);
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                if (files is [var own] && DatabaseLayout.Find(own.File.Path) is not null) TakeOver(feed, part, own.File, target, theirs, states, now);
                else feed.Import(new FeedImport { Part = part, Files = [.. files.Select(file => file.File)], Target = target, Problems = log, Fetched = Earlier(now, files.Max(file => file.Changed)), Progress = progress });
                imported.Add(Judge(feed, part, target, now, thorough: false, states));
            }
            catch (PlimsollException refused)
            {
                log.Report(ProblemKind.Unreadable, $"{feed.Id}/{part}", refused.Message.TrimEnd('.') + "; what the database had of it is kept");
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                throw new PlimsollException("database-unwritable", $"`{target}` cannot be written: {failed.Message.TrimEnd('.')}.", "Free space there and in the temporary folder (TMPDIR), and check that you may write; what the database had of it is still there.");
            }
            problems.AddRange(log.All());
        }
        return new ImportResult([.. imported], [.. problems.Order()], ignored.Remove(FeedStates.FileName));
    }

    /// <summary>Writes a ZIP archive of all that is there, for <see cref="Import"/> on another machine.</summary>
    /// <returns>Files in it.</returns>
    /// <exception cref="PlimsollException">There is nothing, something is corrupt, or the file cannot be written.</exception>
    public int Export(string file)
    {
        var parts = All.Feeds.SelectMany(feed => DatabaseLayout.Parts(Folder, feed).Select(part => (Feed: feed, part.Part, part.Path))).ToList();
        if (parts.Count == 0) throw new PlimsollException("database-empty", $"The advisory database in `{Folder}` has nothing to export.", "`plimsoll db update` fetches data; `plimsoll db import` takes it from a mirror.");
        foreach (var part in parts) part.Feed.Inspect(part.Path, thorough: true);
        // Where a mirror of this site is, is nobody else's, and an address may hold a password.
        var known = parts.Select(part => FeedStates.Read(Folder).Find(part.Feed.Id, part.Part)).Where(state => state.Checked is not null)
            .Select(state => IsPublic(state.From) ? state with { Error = null, Failed = null } : new FeedState(state.Feed, state.Part) { Checked = state.Checked, Imported = state.Imported }).ToList();
        try
        {
            if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file)))) throw new DirectoryNotFoundException("there is no such folder");
            using var written = new AtomicFile(file);
            using (var archive = new ZipArchive(written.Stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var (_, _, path) in parts)
                {
                    var entry = archive.CreateEntry(Path.GetRelativePath(Folder, path), CompressionLevel.Fastest);
                    entry.LastWriteTime = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
                    using var to = entry.Open();
                    using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    CopyAll(from, to);
                }
                using var states = archive.CreateEntry(FeedStates.FileName, CompressionLevel.Fastest).Open();
                FeedStates.Write(states, known);
            }
            written.Commit();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("output-unwritable", $"`{file}` cannot be written: {failed.Message.TrimEnd('.')}.", "Check that its folder exists and that you may write there.");
        }
        return parts.Count;
    }

    public void Dispose()
    {
        foreach (var store in open.Values.SelectMany(stores => stores)) store.Dispose();
    }

    private ImmutableArray<AdvisoryStore> StoresOf(string root)
    {
        if (!open.TryGetValue(root, out var stores)) open[root] = stores = [.. FilesOf(root).Where(file => file.Feed is AdvisoryFeed).Select(file => AdvisoryStore.Open(file.Path))];
        return stores;
    }

    private IEnumerable<(IFeed Feed, string Part, string Path)> FilesOf(string root) =>
        All.Feeds.OfType<AdvisoryFeed>().SelectMany(feed => DatabaseLayout.Parts(Folder, feed).Where(part => EcosystemNames.Root(part.Part) == root).Select(part => ((IFeed)feed, part.Part, part.Path)));

    private static (List<(IFeed Feed, string Part, List<MirrorFile> Files)> Parts, ImmutableArray<string> Ignored) Sort(Mirror mirror)
    {
        var known = mirror.Files.Select(file => (File: file, At: DatabaseLayout.Find(file.File.Path)
            ?? All.Feeds.Select(feed => feed.PartOf(file.File.Path) is { } part ? (feed, part) : ((IFeed, string)?)null).FirstOrDefault(at => at is not null))).ToList();
        return ([.. known.Where(file => file.At is not null).GroupBy(file => (file.At!.Value.Item1, file.At.Value.Item2))
            .OrderBy(group => group.Key.Item1.Id, StringComparer.Ordinal).ThenBy(group => group.Key.Item2, StringComparer.Ordinal)
            .Select(group => (group.Key.Item1, group.Key.Item2, group.Select(file => file.File).ToList()))],
            [.. known.Where(file => file.At is null).Select(file => file.File.File.Path)]);
    }

    private static bool IsPublic(string from) => Feeds.Publications.All.Publications.Any(publication => from.StartsWith(publication.Address, StringComparison.Ordinal));

    private static FeedStates Known(MirrorFile file)
    {
        using var source = file.File.Open();
        return FeedStates.Read(source, file.File.Path);
    }

    /// <summary>A file of another database, and what that knew of where it came from and until when it was current; nothing is current beyond now.</summary>
    private static void TakeOver(IFeed feed, string part, FeedFile file, string target, FeedStates? theirs, FeedStates own, DateTimeOffset now)
    {
        Copy(feed, part, file, target);
        if (theirs?.Find(feed.Id, part) is { Checked: { } confirmed, Imported: { } imported } state && imported == feed.Inspect(target, thorough: false).Fetched)
            own.Set(state with { Checked = Earlier(now, confirmed), Error = null, Failed = null });
    }

    /// <summary>A file of another database is taken as it is, when every byte of it is right.</summary>
    private static void Copy(IFeed feed, string part, FeedFile file, string target)
    {
        using var written = new AtomicFile(target);
        using (var from = file.Open()) CopyAll(from, written.Stream);
        written.Commit(copy =>
        {
            try
            {
                if (feed.Inspect(copy, thorough: true).Part is { } said && said != part) throw Corrupt.File(copy, $"it holds `{said}`");
            }
            catch (PlimsollException corrupt)
            {
                // The copy goes; what is to be named is where it came from.
                throw new PlimsollException(corrupt.Code, corrupt.Message.Replace(copy, file.Path, StringComparison.Ordinal), corrupt.Remedy);
            }
        });
    }

    /// <summary>Both ends are files of the database, of the size that they have.</summary>
    private static void CopyAll(Stream from, Stream to)
    {
        var buffer = new byte[128 * 1024];
        for (int read; (read = from.Read(buffer)) > 0;) to.Write(buffer, 0, read);
    }

    private static DatabasePart Judge(IFeed feed, string part, string path, DateTimeOffset now, bool thorough, FeedStates states)
    {
        try
        {
            var facts = feed.Inspect(path, thorough);
            // What an update knew of another file, before an import by hand, says nothing of this one.
            var state = states.Find(feed.Id, part) is var known && known.Imported == facts.Fetched ? known : new FeedState(feed.Id, part) { Error = known.Error, Failed = known.Failed };
            return new DatabasePart(feed.Id, part, now - (state.Checked ?? facts.Fetched) > feed.StaleAfter ? PartState.Stale : PartState.Present, path)
            {
                Records = facts.Records,
                Unread = facts.Unread,
                Fetched = facts.Fetched,
                Checked = state.Checked,
                Error = state.Error,
                Failed = state.Failed,
                Newest = facts.Newest,
                Bytes = new FileInfo(path).Length,
                StaleAfter = feed.StaleAfter,
            };
        }
        catch (PlimsollException corrupt)
        {
            return new DatabasePart(feed.Id, part, PartState.Corrupt, path) { Message = corrupt.Message, StaleAfter = feed.StaleAfter };
        }
    }

    private static DatabasePart Missing(IFeed feed, string part) => new(feed.Id, part, PartState.Missing, "") { Message = feed.Describes, StaleAfter = feed.StaleAfter };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
