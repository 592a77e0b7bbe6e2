using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;

/// <param name="Note">Why there is not exactly one application, a sentence; null when there is.</param>
/// <param name="Processes">Of each application, in the same order: with its environment, and with what is decided at run time marked.</param>
internal sealed record Identified(ImmutableArray<Application> Applications, string? Note, ImmutableArray<Process> Processes)
{
    public static Identified None(string note) => new([], note, []);
}

/// <summary>Deduces which application a container exists for, without running anything.</summary>
internal static class ApplicationFinder
{
    /// <summary>What it is likely to open: start scripts, users, and configuration that names further files or programs.</summary>
    public static FilePattern Files => FilePattern.Containing(Magic.Shebang) | FilePattern.WithExtension(".conf") | FilePattern.Below("etc");

    /// <summary>A bug in it costs the application, not the scan.</summary>
    public static Identified Identify(Image image, ImageFiles files, ImmutableArray<Package> packages, ProblemLog problems, Deployment? deployment = null)
    {
        try
        {
            return Find(image, files, packages, problems, deployment);
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            problems.Report(ProblemKind.Crashed, "start command", $"finding the application failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
            return Identified.None("Finding the application failed.");
        }
    }

    private static Identified Find(Image image, ImageFiles files, ImmutableArray<Package> packages, ProblemLog problems, Deployment? deployment)
    {
        if (!image.Config.Known) return Identified.None("A folder does not say how it is started, so its application is not known.");
        if (StartCommand.Of(image.Config, deployment) is not { } start) return Identified.None("The image has no start command.");
        var programs = new Programs(files, problems);
        var endings = new Following(programs).Follow(start);
        var naming = new Naming(image, programs, packages);
        var named = endings.Where(ending => ending.Doubt is null).Select(ending => (Ending: ending, Application: naming.Name(ending)));
        var distinct = Distinct(named);
        return new Identified([.. distinct.Select(pair => pair.Application)], Note(endings, distinct), [.. distinct.Select(pair => pair.Ending.Process)]);
    }

    /// <summary>One application may be met several times: as a passing server for initialisation, on several ways of a script. The surest is kept.</summary>
    private static List<(Ending Ending, Application Application)> Distinct(IEnumerable<(Ending Ending, Application Application)> named) =>
        [.. named.Reverse().GroupBy(pair => pair.Application.Name, StringComparer.Ordinal)
            .Select(same => same.OrderBy(pair => pair.Ending.Beside).ThenBy(pair => pair.Ending.Process.Argv.Count(word => !word.Known)).First())
            .OrderBy(pair => pair.Ending.Beside).ThenBy(pair => pair.Application.Name, StringComparer.Ordinal)];

    private static string? Note(ImmutableArray<Ending> endings, List<(Ending Ending, Application Application)> named)
    {
        var names = string.Join(", ", named.Select(pair => pair.Application.Name));
        return named.Count switch
        {
            0 => endings.IsEmpty ? "Nothing that the start command leads to stays." : endings[0].Doubt,
            1 => null,
            _ when named.Find(pair => pair.Ending.ChosenBy is not null).Ending is { } chosen => $"The script {chosen.ChosenBy} decides at run time between {names}.",
            _ => $"The container runs {named.Count} applications: {names}.",
        };
    }
}
