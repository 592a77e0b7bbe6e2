using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Hardening.Effective;
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
    /// <param name="files">Null for a bill of materials, which has none: then nothing is judged.</param>
    public static ScanResult Harden(ScanResult result, ImmutableArray<Process> processes, ImageFiles? files, HardeningOptions? options, ScanProgress? progress)
    {
        if (options is null || files is null) return result;
        progress?.Begin("judging configurations");
        var problems = new ProblemLog(Unit);
        var (configurations, findings, followed, notes) = (new List<Configuration>(), new List<HardeningFinding>(), new List<string>(), new List<string>());
        for (var i = 0; i < result.Applications.Length; i++)
        {
            var (application, process) = (result.Applications[i], processes[i]);
            var subject = new Subject(application, process, result.Image, files, problems);
            if (i == 0) Judge(Effective.All.Find(ImagePosture.Id)!, subject);
            var known = Effective.All.Applications.Where(one => one.IsFor(application)).ToList();
            foreach (var one in known) Judge(one, subject);
            if (known.Count == 0) notes.Add($"There are no rules for {application.Name}: only the image itself was judged.");
        }
        if (result.Applications.IsEmpty) notes.Add("No application is known, so no configuration was judged.");
        return result with
        {
            Hardening = new HardeningResult
            {
                Configurations = [.. configurations],
                Findings = [.. findings.OrderBy(finding => finding.Answer).ThenByDescending(finding => finding.Rule.Severity).ThenBy(finding => finding.Rule.Id, StringComparer.Ordinal).ThenBy(finding => finding.Place)],
                Followed = [.. followed.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Notes = [.. notes],
            },
            Problems = [.. result.Problems.Concat(problems.All()).Distinct().Order()],
        };

        void Judge(IHardenedApplication application, Subject subject)
        {
            try
            {
                var configuration = new Configuration { Application = application.Name, Version = application.Version(subject), Settings = application.Configure(subject) };
                configurations.Add(configuration);
                if (!options.Judges) return;
                var judging = new Judging(new Judged(application, configuration));
                foreach (var rule in options.Book.Of(application.Name)) judging.Judge(rule);
                findings.AddRange(judging.Findings);
                followed.AddRange(judging.Followed);
            }
            catch (Exception crash) when (crash is not (OutOfMemoryException or PlimsollException))
            {
                problems.Report(ProblemKind.Crashed, application.Name, $"judging its configuration failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
            }
        }
    }
}
