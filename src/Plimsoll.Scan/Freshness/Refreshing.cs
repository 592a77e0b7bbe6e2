using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>The stage that says of what was found how long it is supported and what is newer.</summary>
internal static class Refreshing
{
    public const string Unit = "refresh";

    /// <summary>What says who built a Java runtime.</summary>
    public static FilePattern Files => FilePattern.Named("release");

    /// <param name="files">Null for a bill of materials, which has none.</param>
    public static ScanResult Refresh(ScanResult result, ImageFiles? files, ScanRequest request, ScanProgress? progress)
    {
        var (log, asked) = (new ProblemLog(Unit), new List<Problem>());
        if (request.Database is { } folder)
        {
            progress?.Begin("looking up lifecycles");
            result = result with { Support = Guard(() => Lifecycles.Judge(folder, result, files, request.Now, log), log) };
        }
        if (request.Freshness)
        {
            progress?.Begin("asking registries for newer versions");
            result = result with { Freshness = Guard(() => Freshening.Ask(result, files, request, asked), log) };
        }
        return result with { Problems = [.. result.Problems.Concat(log.All()).Concat(asked).Distinct().Order()] };
    }

    /// <summary>A bug costs what it was to find out, not the scan.</summary>
    private static T? Guard<T>(Func<T> work, ProblemLog problems)
        where T : class
    {
        try
        {
            return work();
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            problems.Report(ProblemKind.Crashed, "", $"it failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
            return null;
        }
    }
}
