using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>The stage that runs the catalogers over the files of an image.</summary>
internal sealed class Cataloging
{
    private readonly IReadOnlyList<ICataloger> catalogers;
    private readonly HashSet<string> selected;
    private readonly FileIndex index;

    /// <summary>Catalogers that are shown the same files together, in the order of running: each alone but those of ELF files.</summary>
    private readonly IReadOnlyList<IReadOnlyList<ICataloger>> groups;

    /// <param name="only">Ids or groups whose packages are wanted; empty for all.</param>
    /// <exception cref="PlimsollException">One of them does not exist.</exception>
    public Cataloging(IReadOnlyList<ICataloger> all, IReadOnlyList<string> only)
    {
        foreach (var name in only)
            if (!all.Any(cataloger => IsNamed(cataloger, name)))
                throw new PlimsollException("cataloger-not-found", $"There is no cataloger `{name}`.", $"Choose from: {string.Join(", ", all.Select(cataloger => cataloger.Id))}, or a group: {string.Join(", ", all.Select(cataloger => cataloger.Group).Distinct())}.");
        selected = [.. all.Where(cataloger => only.Count == 0 || only.Any(name => IsNamed(cataloger, name))).Select(cataloger => cataloger.Id)];
        // Those of the operating system always run: without the files that they own, its language packages would be found twice.
        catalogers = [.. all.Where(cataloger => cataloger.Group == "os" || selected.Contains(cataloger.Id))];
        groups = [.. catalogers.GroupBy(cataloger => cataloger is IElfCataloger ? IElfCataloger.Unit : cataloger.Id).Select(group => group.ToList())];
        index = new FileIndex([.. groups.Select(group => group[0].Files)]);
    }

    /// <summary>All that may be opened later: worth keeping when a compressed layer streams by.</summary>
    public FileIndex Wanted(FilePattern more) => new([.. catalogers.Select(cataloger => cataloger.Files | cataloger.Companions), more]);

    private static bool IsNamed(ICataloger cataloger, string name) => cataloger.Id == name || cataloger.Group == name;

    /// <summary>Runs each cataloger over the files that it declares, in the catalogers' order and each one's files sorted by path.</summary>
    public ImmutableArray<Package> Run(ImageFiles files, OsRelease? os, List<Problem> problems)
    {
        files.ForgetOwners();
        var packages = new List<Package>();
        foreach (var match in index.Match(files).GroupBy(match => match.Pattern, match => match.File).OrderBy(match => match.Key))
        {
            var group = groups[match.Key];
            var wanted = group[0].OnlyUnowned ? [.. match.Where(file => file.Owner is null)] : match.ToList();
            files.Prepare(wanted);
            var found = group.Select(cataloger => new Findings(cataloger.Id, os)).ToList();
            var opening = new Findings(IElfCataloger.Unit, os);
            foreach (var (file, path) in wanted.Select(file => (file, file.Path)).OrderBy(pair => pair.Path, StringComparer.Ordinal))
                if (group[0] is IElfCataloger) RunElf(group, file, path, found, opening);
                else Run(group[0].Id, path, found[0], () => group[0].Catalog(file, found[0]));
            packages.AddRange(found.SelectMany(one => one.Packages));
            problems.AddRange(found.Append(opening).SelectMany(one => one.Problems.All()));
        }
        return [.. Inventory.Join(packages, files).Where(package => selected.Contains(package.FoundBy))];
    }

    /// <summary>Packages that are there and that no cataloger reads, when those of the operating system are asked for.</summary>
    public IEnumerable<Problem> Unread(ImageFiles files, OsRelease? os) =>
        catalogers.Any(cataloger => cataloger.Group == "os" && selected.Contains(cataloger.Id)) ? UnreadManagers.Find(files, os) : [];

    private static void RunElf(IReadOnlyList<ICataloger> group, ImageFile file, string path, List<Findings> found, Findings opening)
    {
        ElfFile? elf = null;
        Run(IElfCataloger.Unit, path, opening, () => elf = ElfFile.Open(file));
        if (elf is null) return; // Why is said above.
        using (elf)
            for (var i = 0; i < group.Count; i++)
            {
                var (cataloger, findings) = ((IElfCataloger)group[i], found[i]);
                Run(cataloger.Id, path, findings, () => cataloger.Catalog(elf, file, findings));
            }
    }

    /// <summary>A bug in a cataloger costs that file, not the scan.</summary>
    private static void Run(string id, string path, Findings found, Action read)
    {
        try
        {
            read();
        }
        catch (UnreadableException unreadable)
        {
            found.Report(unreadable.Kind, path, unreadable.Message);
        }
        catch (IOException failed)
        {
            found.Report(ProblemKind.Unreadable, path, $"reading it failed: {failed.Message}");
        }
        catch (Exception crash) when (crash is not (OutOfMemoryException or PlimsollException))
        {
            found.Report(ProblemKind.Crashed, path, $"{id} failed on this file, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
        }
    }
}
