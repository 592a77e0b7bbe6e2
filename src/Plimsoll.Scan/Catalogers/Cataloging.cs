using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>The stage that runs the catalogers over the files of an image.</summary>
internal sealed class Cataloging
{
    private readonly IReadOnlyList<ICataloger> catalogers;
    private readonly HashSet<string> selected;
    private readonly FileIndex index;

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
        index = new FileIndex([.. catalogers.Select(cataloger => cataloger.Files)]);
    }

    /// <summary>All that may be opened later: worth keeping when a compressed layer streams by.</summary>
    public FileIndex Wanted(FilePattern more) => new([.. catalogers.Select(cataloger => cataloger.Files | cataloger.Companions), more]);

    private static bool IsNamed(ICataloger cataloger, string name) => cataloger.Id == name || cataloger.Group == name;

    /// <summary>Runs each cataloger over the files that it declares, in the catalogers' order and each one's files sorted by path.</summary>
    public ImmutableArray<Package> Run(ImageFiles files, OsRelease? os, List<Problem> problems)
    {
        files.ForgetOwners();
        var packages = new List<Package>();
        foreach (var group in index.Match(files).GroupBy(match => match.Pattern).OrderBy(group => group.Key))
        {
            var cataloger = catalogers[group.Key];
            var found = new Findings(cataloger.Id, os);
            var wanted = cataloger.OnlyUnowned ? [.. group.Where(match => match.File.Owner is null)] : group.ToList();
            files.Prepare(wanted.Select(match => match.File));
            foreach (var (file, path) in wanted.Select(match => (match.File, match.File.Path)).OrderBy(pair => pair.Path, StringComparer.Ordinal))
                RunOne(cataloger, file, path, found);
            packages.AddRange(found.Packages);
            problems.AddRange(found.Problems.All());
        }
        return [.. Inventory.Join(packages, files).Where(package => selected.Contains(package.FoundBy))];
    }

    /// <summary>A bug in a cataloger costs that file, not the scan.</summary>
    private static void RunOne(ICataloger cataloger, ImageFile file, string path, Findings found)
    {
        try
        {
            cataloger.Catalog(file, found);
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
            found.Report(ProblemKind.Crashed, path, $"{cataloger.Id} failed on this file, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
        }
    }
}
