using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Freshness.Sources;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>Asks each package's own registry what is newer.</summary>
internal static class Freshening
{
    /// <summary>Packages of one source that are asked for; an application of 3,000 packages is large.</summary>
    internal const int MostOfSource = 10_000;

    /// <summary>Time for everything that is fetched; what was not asked by then is said.</summary>
    private static readonly TimeSpan within = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of answers that are kept on disk.</summary>
    private const long MostKept = 512L << 20;

    public static NewestVersions Ask(ScanResult result, ImageFiles? files, ScanRequest request, List<Problem> problems)
    {
        var environment = request.Environment;
        var options = request.FreshnessTransport with { PlainHttp = request.Registry.PlainHttp, CaFile = request.Registry.CaFile };
        using var getter = new Getter(options, new KeptAnswers(KeptAnswers.DefaultFolder(environment), MostKept), within, TimeProvider.System);
        var asking = new Asking(getter, environment, result.Os, files) { Ranges = NpmRanges.Of(result, files) };
        var installed = result.Packages.Where(package => package.RemovedIn is null).ToLookup(package => package.Purl.Type, StringComparer.Ordinal);
        Parallel.ForEach(All.Sources, source => Ask(source, [.. installed[source.Id]], asking));
        foreach (var type in installed.Where(type => !All.Sources.Any(source => source.Id == type.Key)))
            foreach (var package in type) asking.Leave(type.Key, "nobody", "there is no registry that Plimsoll knows to ask", isProblem: false, package);
        var images = Guard(ImageTags.Source, asking, () => ImageTags.Ask(result.Image, request.Registry, options, asking).ToList());
        problems.AddRange(asking.Problems());
        return asking.Result() with { Images = [.. images ?? []] };
    }

    private static void Ask(IFreshnessSource source, List<Package> packages, Asking asking)
    {
        foreach (var package in packages.Where(package => !source.Takes(package))) asking.Leave(source.Id, "nobody", "it is in no registry", isProblem: false, package);
        var asked = packages.Where(source.Takes).ToList();
        foreach (var package in asked.Skip(MostOfSource)) asking.Leave(source.Id, "its registry", $"no more than {MostOfSource:N0} packages of a kind are asked for", isProblem: true, package);
        if (asked.Count > 0)
            Guard(source.Id, asking, () =>
            {
                source.Ask([.. asked.Take(MostOfSource)], asking);
                return source;
            });
    }

    /// <summary>A bug in one source costs what it was to find out.</summary>
    private static T? Guard<T>(string source, Asking asking, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            var bug = crash is AggregateException { InnerException: { } inner } ? inner : crash;
            asking.Report(ProblemKind.Crashed, source, "", $"asking failed, which is a bug of Plimsoll: {bug.GetType().Name}: {bug.Message}");
            return default;
        }
    }
}
