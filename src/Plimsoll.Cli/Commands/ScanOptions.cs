using System.CommandLine;
using System.CommandLine.Parsing;
using Plimsoll.Core.Results;
using Plimsoll.Scan;

namespace Plimsoll.Cli.Commands;

/// <summary>What `scan` and `sbom` have in common: a target, how to read it, and where reports go.</summary>
/// <param name="defaultFormat">The format of standard output when none is asked for.</param>
/// <param name="reportsAnyway">Whether it is written there even when files are asked for.</param>
/// <param name="matches">Whether vulnerabilities are looked for.</param>
internal sealed class ScanOptions(string defaultFormat, bool reportsAnyway, bool matches)
{
    /// <summary>Bytes that a scan allocates before the first collection: a small image is done by then, and there is nothing to free yet.</summary>
    private const long CollectAfter = 8 << 20;

    private readonly Argument<string> target = new("target") { Description = TargetOptions.Targets };

    private readonly Option<string> format = new("--format", "-f")
    {
        Description = $"Format on standard output: {Output.Formats} [default: {defaultFormat}]",
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

    public Command AddTo(Command command)
    {
        target.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] word }, ..]) result.AddError($"There is no option `{word}`.");
        });
        command.Add(target);
        foreach (var option in new Option[] { format, outputs, details }) command.Add(option);
        if (matches) command.Add(showSuppressed);
        options.AddTo(command);
        format.CompletionSources.Add(_ => Plimsoll.Scan.Reports.All.Reports.Select(report => new System.CommandLine.Completions.CompletionItem(report.Id)));
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (request, output) = Check(parsed);
        GC.TryStartNoGCRegion(CollectAfter);
        var result = options.Scan(parsed, request);
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
        var files = new List<(Plimsoll.Scan.Reports.IReport, string)>();
        foreach (var output in parsed.GetValue(outputs) ?? [])
        {
            var equals = output.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == output.Length - 1) wrong.Add($"`--output {output}` is not FORMAT=FILE");
            else if (Output.Find(output[..equals]) is { } report) files.Add((report, output[(equals + 1)..]));
            else wrong.Add($"`{output[..equals]}` is no format");
        }
        var formatName = parsed.GetValue(format) ?? (reportsAnyway || files.Count == 0 ? defaultFormat : null);
        var standard = formatName is null ? null : Output.Find(formatName);
        if (formatName is not null && standard is null) wrong.Add($"`{formatName}` is no format");
        var (request, now) = options.Check(parsed, wrong);
        if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", $"Formats are {Output.Formats}; `--help` shows the options.");
        return (request(parsed.GetRequiredValue(target)), new Output { Standard = standard, Files = files, Details = parsed.GetValue(details), ShowSuppressed = parsed.GetValue(showSuppressed), Now = now });
    }
}
