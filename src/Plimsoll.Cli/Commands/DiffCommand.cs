using System.CommandLine;
using Plimsoll.Core.Results;
using Plimsoll.Scan;
using Plimsoll.Scan.Differences;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.SavedReports;

namespace Plimsoll.Cli.Commands;

/// <summary>What came, what went and what got fixed from one target to another.</summary>
internal static class DiffCommand
{
    public const string Description = "Say what came, went and got fixed between two images or saved reports";

    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = "A JSON report of `plimsoll scan`, or what `plimsoll scan` takes" };
        var to = new Argument<string>("to") { Description = "The same, of what is compared with it" };
        var format = new Option<string>("--format", "-f") { Description = $"Format: {string.Join(", ", DifferenceReports.Formats)} [default: text]", HelpName = "FORMAT" };
        var failOnNew = new Option<bool>("--fail-on-new") { Description = "Exit with 1 when the second has findings that the first has not" };
        var options = new TargetOptions(matches: true, judges: false);
        var command = new Command("diff", Description) { from, to, format, failOnNew };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var wrong = new List<string>();
            var (request, now) = options.Check(parsed, wrong);
            var chosen = parsed.GetValue(format) ?? DifferenceReports.Formats[0];
            if (!DifferenceReports.Formats.Contains(chosen)) wrong.Add($"`{chosen}` is no format of a difference; write {string.Join(", ", DifferenceReports.Formats)}");
            if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", "`plimsoll diff --help` shows the options.");
            var difference = Comparing.Compare(Result(parsed.GetRequiredValue(from)), Result(parsed.GetRequiredValue(to)));
            using (var buffered = new BufferedStream(Terminal.OutStream, 64 * 1024))
                DifferenceReports.Write(difference, chosen, new ReportContext { Now = now, Colour = Terminal.HasColour, Width = Terminal.Width, ToolVersion = Release.Version }, buffered);
            if (parsed.GetValue(failOnNew) && difference.Findings?.Any(finding => finding.Change == FindingChange.Came) == true) return ExitCode.Violated;
            return difference.IsComplete ? ExitCode.Complete : ExitCode.Partial;

            ScanResult Result(string name) => SavedReport.LooksLike(name) ? SavedReport.Read(name) : options.Scan(parsed, request(name));
        });
        return command;
    }
}
