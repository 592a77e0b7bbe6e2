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
    private readonly FileIndex index;

    public Cataloging(IReadOnlyList<ICataloger> catalogers)
    {
        this.catalogers = catalogers;
        index = new FileIndex([.. catalogers.Select(cataloger => cataloger.Files)]);
    }

    /// <summary>Runs each cataloger over the files that it declares, in the catalogers' order and each one's files sorted by path.</summary>
    public ImmutableArray<Package> Run(ImageFiles files, OsRelease? os, List<Problem> problems)
    {
        var packages = new List<Package>();
        foreach (var group in index.Match(files).GroupBy(match => match.Pattern).OrderBy(group => group.Key))
        {
            var cataloger = catalogers[group.Key];
            var found = new Findings(cataloger.Id, os);
            foreach (var (file, path) in group.Select(match => (match.File, match.File.Path)).OrderBy(pair => pair.Path, StringComparer.Ordinal))
                RunOne(cataloger, file, path, found);
            packages.AddRange(found.Packages);
            problems.AddRange(found.Problems.All());
        }
        return Inventory.Join(packages, files);
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
        catch (Exception crash) when (crash is not (OutOfMemoryException or PlimsollException))
        {
            found.Report(ProblemKind.Crashed, path, $"{cataloger.Id} failed on this file, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
        }
    }
}
