using System.CommandLine;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.SavedReports;

namespace Plimsoll.Cli.Commands;

/// <summary>Everything that is known of one vulnerability of a target.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var vulnerability = new Argument<string>("vulnerability") { Description = "Any of its names: CVE-2021-23337, GHSA-…" };
        var target = new Argument<string>("target") { Description = "A JSON report of `plimsoll scan`, or what `plimsoll scan` takes" };
        var options = new TargetOptions(matches: true, judges: true);
        var command = new Command("explain", "Tell all that is known of one vulnerability in an image, and why it stands where it does") { vulnerability, target };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var wrong = new List<string>();
            var (request, now) = options.Check(parsed, wrong);
            if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", "`plimsoll explain --help` shows the options.");
            var name = parsed.GetRequiredValue(target);
            var result = SavedReport.LooksLike(name) ? SavedReport.Read(name) : options.Scan(parsed, request(name));
            using var buffered = new BufferedStream(Terminal.OutStream, 64 * 1024);
            var isFound = Explanation.Write(result, parsed.GetRequiredValue(vulnerability), new ReportContext { Now = now, Colour = Terminal.HasColour, Width = Terminal.Width, ToolVersion = Release.Version }, buffered);
            return isFound || (result.Vulnerabilities is not null && result.Completeness == Completeness.Complete) ? ExitCode.Complete : ExitCode.Partial;
        });
        return command;
    }
}
