using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan;

/// <summary>Reads an image and says what is in it.</summary>
public static class Scanner
{
    /// <exception cref="PlimsollException">The target cannot be scanned at all.</exception>
    public static ScanResult Scan(ScanRequest request)
    {
        var problems = new List<Problem>();
        var notes = new List<string>();
        using var resolved = RootfsSource.Resolve(request.Target.Path);
        var log = new ProblemLog("rootfs");
        var tree = new RootfsWalker(resolved.Folder!, request.Limits, log, notes).Walk();
        using var files = new ImageFiles(tree, new LiveContent(resolved.Folder!), hasLayers: false);
        problems.AddRange(log.All());
        var packages = new Cataloging(All.Catalogers).Run(files, os: null, problems);
        return new ScanResult
        {
            Image = resolved.Image,
            Packages = packages,
            Problems = [.. problems.Order()],
            Notes = [.. notes],
            Counts = new ScanCounts(tree.EntryCount, 0, 0, null),
        };
    }
}
