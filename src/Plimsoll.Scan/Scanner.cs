using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Bills;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan;

/// <summary>Reads an image and says what is in it.</summary>
public static class Scanner
{
    /// <summary>Every cataloger: its id, what it reads, and the files that it looks for.</summary>
    public static IEnumerable<(string Id, string Reads, string Files)> Catalogers =>
        All.Catalogers.Select(cataloger => (cataloger.Id, cataloger.Reads, cataloger.Files.ToString()));

    /// <summary>Resolve -> Unpack -> Catalog -> Identify -> Match -> Refresh -> Harden -> Judge. A bill of materials has been through the first four and is read in their place.</summary>
    /// <exception cref="PlimsollException">The target cannot be scanned at all.</exception>
    public static ScanResult Scan(ScanRequest request, ScanProgress? progress = null)
    {
        if (request.Target.Kind == SourceKind.Sbom) return Assess(BillSource.Read(request, progress), [], files: null, request, deployment: null, progress);
        var notes = new List<string>();
        var problems = new List<Problem>();
        var (reading, identifying) = (new ProblemLog(Problem.Layers), new ProblemLog("identify"));
        var cataloging = new Cataloging(All.Catalogers, request.Only);

        var wanted = cataloging.Wanted(OsReleaseReader.Files | ApplicationFinder.Files | Refreshing.Files | Hardener.Files);
        using var cache = LayerCache.For(request.Cache, wanted, request.Limits);
        using var resolved = Resolution.Resolve(request.Target, request, cache, reading, progress);
        notes.AddRange(resolved.Notes);
        var image = BaseFinder.Find(resolved.Image, request, reading, notes);
        using var files = Unpacking.Unpack(resolved, wanted, request.Limits, cache, notes, reading, progress);
        var os = OsReleaseReader.Read(files, reading);
        progress?.Begin("cataloging");
        var below = request.AllLayers ? LayerHistory.Below(files, cataloging, os, image.Layers.Length, problems) : [];
        var packages = cataloging.Run(files, os, problems);
        problems.AddRange(cataloging.Unread(files, os));
        var counts = Unpacking.Count(files);
        var deployment = (request.Deployment?.Choose(image) ?? resolved.Deployment) is { } chosen ? chosen with { ImageUser = image.Config.User } : null;
        if (deployment is not null) image = Deploying.Deploy(deployment, image, files);
        var application = ApplicationFinder.Identify(image, files, packages, identifying, deployment);
        files.Keep(reading, notes);

        var inventory = new ScanResult
        {
            Image = image,
            Os = os,
            Applications = application.Applications,
            ApplicationNote = application.Note,
            Packages = LayerHistory.Merge(packages, below, image.Layers),
            Problems = [.. problems.Concat(reading.All()).Concat(identifying.All()).Distinct().Order()],
            Notes = [.. notes],
            Counts = counts,
        };
        return Assess(inventory, application.Processes, files, request, deployment, progress);
    }

    private static ScanResult Assess(ScanResult inventory, ImmutableArray<Process> processes, ImageFiles? files, ScanRequest request, Deployment? deployment, ScanProgress? progress)
    {
        var matched = VulnerabilityFinder.Match(inventory, request.Vulnerabilities, progress);
        var refreshed = Refreshing.Refresh(matched, files, request, progress);
        var hardened = Hardener.Harden(refreshed, processes, files, request.Hardening, deployment, progress);
        return Judgement.Judge(hardened, files, request, progress);
    }
}
