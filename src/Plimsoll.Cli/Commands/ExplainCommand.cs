using System.CommandLine;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.SavedReports;

namespace Plimsoll.Cli.Commands;

/// <summary>Everything that is known of one vulnerability of a target, or of one hardening rule.</summary>
internal static class ExplainCommand
{
    public const string Description = "Tell all that is known of one vulnerability in an image, or of a hardening rule";

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "A vulnerability by any of its names, CVE-2021-23337, or a rule as `plimsoll rules` lists it, nginx/server-tokens" };
        var target = new Argument<string?>("target") { Description = "For a vulnerability: a JSON report of `plimsoll scan`, or what `plimsoll scan` takes", Arity = ArgumentArity.ZeroOrOne };
        var folders = RulesCommand.Folders();
        var options = new TargetOptions(matches: true, judges: true);
        var command = new Command("explain", Description) { name, target, folders };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetRequiredValue(name);
            if (parsed.GetValue(target) is { } where) return ExplainVulnerability(wanted, where, options, parsed);
            if (!wanted.Contains('/', StringComparison.Ordinal))
                throw new PlimsollException("arguments-invalid", $"In which image `{wanted}` is to be explained is not said.", "Add a JSON report or what `plimsoll scan` takes: plimsoll explain CVE-2021-23337 IMAGE.");
            Write(RuleCatalog.All(parsed.GetValue(folders) ?? []).FirstOrDefault(rule => rule.Id == wanted)
                ?? throw new PlimsollException("rule-not-found", $"There is no rule `{wanted}`.", "`plimsoll rules` lists them."), parsed.InvocationConfiguration.Output);
            return ExitCode.Complete;
        });
        return command;
    }

    private static int ExplainVulnerability(string name, string target, TargetOptions options, ParseResult parsed)
    {
        var wrong = new List<string>();
        var (request, now) = options.Check(parsed, wrong);
        if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", "`plimsoll explain --help` shows the options.");
        var result = SavedReport.LooksLike(target) ? SavedReport.Read(target) : options.Scan(parsed, request(target));
        using var database = new AdvisoryDatabase(AdvisoryDatabase.DefaultFolder);
        using var buffered = new BufferedStream(Terminal.OutStream, 64 * 1024);
        var isFound = Explanation.Write(result, name, new ReportContext { Now = now, Colour = Terminal.HasColour, Width = Terminal.Width, ToolVersion = Release.Version }, database, buffered);
        return isFound || (result.Vulnerabilities is not null && result.Completeness == Completeness.Complete) ? ExitCode.Complete : ExitCode.Partial;
    }

    private static void Write(HardeningRule rule, TextWriter to)
    {
        to.WriteLine($"{rule.Id}: {rule.Title}");
        to.WriteLine();
        to.WriteLine($"severity   {rule.Severity.ToString().ToLowerInvariant()}");
        if (rule.Versions is { } versions) to.WriteLine($"versions   {versions}");
        to.WriteLine($"condition  {rule.Condition}");
        to.WriteLine($"source     {rule.Source.Title}");
        to.WriteLine($"           {rule.Source.Url}, read {rule.Source.Read.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        to.WriteLine();
        to.WriteLine(rule.Why);
        to.WriteLine();
        to.WriteLine(rule.RemedyIn is { } block ? $"Write in `{block}`:" : "Write:");
        foreach (var line in rule.Remedy.Split('\n')) to.WriteLine($"  {line}");
    }
}
