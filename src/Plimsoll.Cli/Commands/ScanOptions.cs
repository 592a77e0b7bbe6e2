using System.CommandLine;
using System.CommandLine.Parsing;
using Plimsoll.Core.Results;
using Plimsoll.Scan;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Remedying;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Cli.Commands;

/// <summary>What `scan`, `sbom` and `harden` have in common: a target, how to read it, and where reports go.</summary>
/// <param name="defaultFormat">The format of standard output when none is asked for.</param>
/// <param name="reportsAnyway">Whether it is written there even when files are asked for.</param>
/// <param name="matches">Whether vulnerabilities are looked for.</param>
/// <param name="hardens">Whether it is only about hardening.</param>
internal sealed class ScanOptions(string defaultFormat, bool reportsAnyway, bool matches, bool hardens = false)
{
    private readonly IReadOnlyList<IReport> reports = hardens ? Plimsoll.Scan.Reports.Harden.All.Reports : Plimsoll.Scan.Reports.All.Reports;

    /// <summary>Bytes that a scan allocates before the first collection: there is little to free before, and more would stay in memory to the end.</summary>
    private const long CollectAfter = 5 << 20;

    private readonly Argument<string> target = new("target") { Description = TargetOptions.Targets };

    private readonly Option<string> format = new("--format", "-f")
    {
        Description = $"Format on standard output: {Formats(hardens ? Plimsoll.Scan.Reports.Harden.All.Reports : Plimsoll.Scan.Reports.All.Reports)} [default: {defaultFormat}]",
        HelpName = "FORMAT",
    };

    private readonly Option<string[]> outputs = new("--output", "-o")
    {
        Description = "Also write FORMAT to FILE; may be given several times",
        HelpName = "FORMAT=FILE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> details = new("--details") { Description = "List every finding, action, package, layer, problem and step of evidence" };
    private readonly Option<bool> showSuppressed = new("--show-suppressed") { Description = "List every finding that does not count, who says so and why" };
    private readonly TargetOptions options = new(matches, judges: matches);
    private readonly Option<string[]> rules = RulesCommand.Folders();
    private readonly Option<bool> noHardening = new("--no-hardening") { Description = "Do not judge configurations" };
    private readonly Option<bool> showConfig = new("--show-config") { Description = "Print the configuration in force with the origin of each setting, and judge nothing (table, json)" };

    private readonly Option<string> write = new("--write") { Description = "Write the remedied files, a Dockerfile that applies them and remedies.diff, to read first, into a folder that is not there yet", HelpName = "DIR" };

    private readonly Option<string[]> compose = new("--compose") { Description = "Compose file that runs the image, which is judged as it will run there; several are laid over one another", HelpName = "FILE" };
    private readonly Option<string[]> kubernetes = new("--kubernetes") { Description = "File or folder of Kubernetes objects that run the image, in YAML or JSON", HelpName = "PATH" };
    private readonly Option<string> service = new("--service") { Description = "Which service, workload or container of these [default: the one of the image]", HelpName = "NAME" };

    public Command AddTo(Command command)
    {
        target.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] word }, ..]) result.AddError($"There is no option `{word}`.");
        });
        command.Add(target);
        foreach (var option in new Option[] { format, outputs, details }) command.Add(option);
        if (matches)
        {
            command.Add(showSuppressed);
            command.Add(noHardening);
        }
        if (matches || hardens) command.Add(rules);
        if (hardens)
        {
            command.Add(showConfig);
            command.Add(write);
            command.Add(compose);
            command.Add(kubernetes);
            command.Add(service);
        }
        options.AddTo(command);
        format.CompletionSources.Add(_ => reports.Select(report => new System.CommandLine.Completions.CompletionItem(report.Id)));
        outputs.CompletionSources.Add(_ => reports.Select(report => new System.CommandLine.Completions.CompletionItem(report.Id + "=")));
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (request, output) = Check(parsed);
        GC.TryStartNoGCRegion(CollectAfter);
        var result = options.Scan(parsed, request);
        if (parsed.GetValue(write) is { } folder) RemedyFolder.Write(folder, result);
        output.Write(result);
        if (!output.SaysProblems) SayWhyNotZero(result);
        return ExitCode.Of(result);
    }

    /// <summary>Why the exit code is 1 or 3, for who reads no report that says it.</summary>
    private static void SayWhyNotZero(ScanResult result)
    {
        if (result.Policy is { IsViolated: true } policy)
            foreach (var verdict in policy.Verdicts.Where(verdict => verdict.IsViolated)) Terminal.Error($"the policy ({policy.Source}) is violated: {verdict.Title}. {verdict.Sentence}");
        if (result.Problems.IsEmpty) return;
        var first = result.Problems[0];
        Terminal.Error($"the target was not read completely ({result.Problems.Length} problem{(result.Problems.Length == 1 ? "" : "s")}): {first.Where}: {first.Message}");
        Terminal.Hint("`plimsoll scan --details` on it lists all.");
    }

    /// <summary>From what was typed to what it means; all that is wrong is said at once.</summary>
    private (ScanRequest, Output) Check(ParseResult parsed)
    {
        var wrong = new List<string>();
        var files = new List<(IReport, string)>();
        var choice = parsed.GetValue(showConfig) ? Plimsoll.Scan.Reports.Harden.All.Configurations : reports;
        foreach (var output in parsed.GetValue(outputs) ?? [])
        {
            var equals = output.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == output.Length - 1) wrong.Add($"`--output {output}` is not FORMAT=FILE");
            else if (output[(equals + 1)..] is "-") wrong.Add($"`--output {output}` would write a file of the name `-`: `--format {output[..equals]}` writes to standard output");
            else if (files.Exists(file => file.Item2 == output[(equals + 1)..])) wrong.Add($"`--output {output}` would overwrite what another `--output` writes there");
            else if (Find(choice, output[..equals]) is { } report) files.Add((report, output[(equals + 1)..]));
            else wrong.Add($"`{output[..equals]}` is no format");
        }
        var formatName = parsed.GetValue(format) ?? (reportsAnyway || files.Count == 0 ? defaultFormat : null);
        var standard = formatName is null ? null : Find(choice, formatName);
        if (formatName is not null && standard is null) wrong.Add($"`{formatName}` is no format");
        var isFormatWrong = wrong.Count > 0;
        var writes = hardens ? parsed.GetValue(write) : null;
        if (writes is not null && parsed.GetValue(showConfig)) wrong.Add("`--write` needs the findings, which `--show-config` leaves out");
        if (hardens && parsed.GetValue(compose) is { Length: > 0 } && parsed.GetValue(kubernetes) is { Length: > 0 }) wrong.Add("`--compose` and `--kubernetes` are two deployments; give one");
        if (hardens && parsed.GetValue(service) is not null && parsed.GetValue(compose) is not { Length: > 0 } && parsed.GetValue(kubernetes) is not { Length: > 0 }) wrong.Add("`--service` chooses from `--compose` or `--kubernetes`, and neither is given");
        var (request, now) = options.Check(parsed, wrong);
        if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", isFormatWrong ? $"Formats are {Formats(choice)}; `--help` shows the options." : "`--help` shows the options.");
        if (writes is not null) RemedyFolder.RefuseIfThere(writes);
        var hardening = hardens || (matches && !parsed.GetValue(noHardening)) ? HardeningOptions.With(parsed.GetValue(rules) ?? [], judges: !parsed.GetValue(showConfig), writes: writes is not null) : null;
        return (request(parsed.GetRequiredValue(target)) with { Hardening = hardening, Deployment = hardens ? Deployed(parsed) : null }, new Output { Written = writes, Standard = standard, Files = files, Details = parsed.GetValue(details), ShowSuppressed = parsed.GetValue(showSuppressed), Now = now });
    }

    private DeploymentInput? Deployed(ParseResult parsed) =>
        parsed.GetValue(compose) is { Length: > 0 } files ? DeploymentInput.OfCompose(files, parsed.GetValue(service))
        : parsed.GetValue(kubernetes) is { Length: > 0 } paths ? DeploymentInput.OfKubernetes(paths, parsed.GetValue(service)) : null;

    private static IReport? Find(IReadOnlyList<IReport> among, string id) => among.FirstOrDefault(report => report.Id == id);

    private static string Formats(IReadOnlyList<IReport> among) => string.Join(", ", among.Select(report => report.Id));
}
