using System.CommandLine;
using System.Text;
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
            var rules = RuleCatalog.All(parsed.GetValue(folders) ?? []);
            var rule = rules.FirstOrDefault(rule => rule.Id == wanted) ?? throw new PlimsollException("rule-not-found", $"There is no rule `{wanted}`.", Near(wanted, rules));
            using var page = new MemoryStream();
            RuleExplanation.Write(rule, RuleCatalog.Examples(wanted, parsed.GetValue(folders) ?? []), Context(DateTimeOffset.UnixEpoch), page);
            parsed.InvocationConfiguration.Output.Write(Encoding.UTF8.GetString(page.GetBuffer().AsSpan(0, (int)page.Length)));
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
        var isFound = Explanation.Write(result, name, Context(now), database, buffered);
        return isFound || (result.Vulnerabilities is not null && result.Completeness == Completeness.Complete) ? ExitCode.Complete : ExitCode.Partial;
    }

    private static ReportContext Context(DateTimeOffset now) => new() { Now = now, Colour = Terminal.HasColour, Width = Terminal.Width, ToolVersion = Release.Version };

    /// <summary>What a name that is not quite right may have meant.</summary>
    private static string Near(string wanted, IEnumerable<HardeningRule> rules)
    {
        var near = rules.Select(rule => rule.Id).Where(id => id.Contains(wanted, StringComparison.OrdinalIgnoreCase) || wanted.StartsWith(id, StringComparison.OrdinalIgnoreCase) || id.EndsWith(wanted[wanted.IndexOf('/', StringComparison.Ordinal)..], StringComparison.OrdinalIgnoreCase)).Take(5).ToList();
        return near.Count == 0 ? "`plimsoll rules` lists them." : $"There are {string.Join(", ", near.Select(id => $"`{id}`"))}; `plimsoll rules` lists all.";
    }
}
