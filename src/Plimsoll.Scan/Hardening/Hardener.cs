using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Remedying;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening;

/// <summary>The stage that compares configurations in force with their vendors' advice: Configure -> Judge -> Rank.</summary>
internal static class Hardener
{
    public const string Unit = "harden";

    /// <summary>What the applications read beyond what finding them takes.</summary>
    public static FilePattern Files => Effective.All.Applications.Aggregate(FilePattern.Nothing, (all, application) => all | application.Files);

    /// <param name="processes">Of the result's applications, in their order.</param>
    /// <param name="deployment">How the image is run; null when nothing says it.</param>
    /// <param name="files">Null for a bill of materials, which has none: then nothing is judged.</param>
    public static ScanResult Harden(ScanResult result, ImmutableArray<Process> processes, ImageFiles? files, HardeningOptions? options, Deployment? deployment, ScanProgress? progress)
    {
        if (options is null || files is null) return result;
        progress?.Begin("judging configurations");
        var problems = new ProblemLog(Unit);
        var (configurations, findings, followed, notes) = (new List<Configuration>(), new List<HardeningFinding>(), new List<string>(), new List<string>());
        var toRemedy = new List<Func<Remedies>>();
        for (var i = 0; i < result.Applications.Length; i++)
        {
            var (application, process) = (result.Applications[i], processes[i]);
            var subject = new Subject(application, process, result.Image, files, problems) { Deployment = deployment };
            if (i == 0) Judge(Effective.All.Find(ImagePosture.Id)!, subject);
            var known = Effective.All.Applications.Where(one => one.IsFor(application)).ToList();
            foreach (var one in known) Judge(one, subject);
            if (known.Count == 0) notes.Add($"There are no rules for {application.Name}: only the image itself was judged.");
        }
        if (result.Applications.IsEmpty) notes.Add("No application is known, so no configuration was judged.");
        // Trying remedies changes what is seen of the image, so it comes last.
        var remedies = toRemedy.Select(remedy => remedy()).ToList();
        if (deployment is not null) notes.AddRange(deployment.Notes);
        if (deployment?.EnvironmentGap is { } gap) notes.Add($"Variables may also be set by {gap}.");
        return result with
        {
            Hardening = new HardeningResult
            {
                Deployment = deployment?.Title,
                Exposure = deployment?.Exposure,
                Remedies = options.Writes ? Merged(remedies) with { User = deployment?.ImageUser ?? result.Image.Config.User } : null,
                Configurations = [.. configurations],
                Findings = [.. findings.OrderBy(finding => finding.Answer).ThenByDescending(finding => finding.Rank).ThenBy(finding => finding.Rule.Id, StringComparer.Ordinal).ThenBy(finding => finding.Place)],
                Followed = [.. followed.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Notes = [.. notes],
            },
            Problems = [.. result.Problems.Concat(problems.All()).Distinct().Order()],
        };

        void Judge(IHardenedApplication application, Subject subject)
        {
            try
            {
                var configuration = new Configuration { Application = application.Name, Version = application.Version(subject), Settings = Deploying.Explained(application.Configure(subject), deployment) };
                configurations.Add(configuration);
                if (!options.Judges) return;
                var judging = new Judging(new Judged(application, configuration));
                foreach (var rule in options.Book.Of(application.Name)) judging.Judge(rule);
                if (options.Writes) toRemedy.Add(() => new Remedier(application, subject, options.Book, Above(result.Image)).Remedy(judging.Findings));
                findings.AddRange(judging.Findings.Select(finding => Deployed(finding, deployment)));
                followed.AddRange(judging.Followed);
            }
            catch (Exception crash) when (crash is not (OutOfMemoryException or PlimsollException))
            {
                problems.Report(ProblemKind.Crashed, application.Name, $"judging its configuration failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
            }
        }
    }

    /// <summary>Ranked by who can reach it, and with the source of a file that the image does not hold.</summary>
    private static HardeningFinding Deployed(HardeningFinding finding, Deployment? deployment)
    {
        if (deployment is null) return finding;
        var source = finding.Place is { } place ? deployment.Seen(place.Path)?.Source : null;
        return finding with
        {
            Rank = deployment.Exposure.Rank(finding.Rule.Severity),
            Detail = source is null ? finding.Detail : $"{finding.Detail} {finding.Place!.Value.Path} comes from {source}.".TrimStart(),
        };
    }

    /// <summary>The number of a layer above all that there are.</summary>
    private static short Above(Image image) => (short)(Math.Max(1, image.Layers.Length) + 1);

    private static Remedies Merged(List<Remedies> all) => new()
    {
        Files = [.. all.SelectMany(one => one.Files).DistinctBy(file => file.Path).OrderBy(file => file.Path, StringComparer.Ordinal)],
        Instructions = [.. all.SelectMany(one => one.Instructions).Distinct(StringComparer.Ordinal)],
        Cleared = [.. all.SelectMany(one => one.Cleared).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Left = [.. all.SelectMany(one => one.Left).OrderByDescending(left => left.Finding.Rule.Severity).ThenBy(left => left.Finding.Rule.Id, StringComparer.Ordinal).ThenBy(left => left.Finding.Place)],
    };
}
