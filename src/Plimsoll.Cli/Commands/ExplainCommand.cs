using System.CommandLine;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;

namespace Plimsoll.Cli.Commands;

internal static class ExplainCommand
{
    public const string Description = "Show everything on a hardening rule";

    public static Command Create()
    {
        var name = new Argument<string>("name") { HelpName = "RULE", Description = "Its id, as in `plimsoll rules`: nginx/server-tokens" };
        var folders = RulesCommand.Folders();
        var command = new Command("explain", Description) { name, folders };
        command.SetAction(parsed =>
        {
            var id = parsed.GetRequiredValue(name);
            var rule = RuleCatalog.All(parsed.GetValue(folders) ?? []).FirstOrDefault(rule => rule.Id == id)
                ?? throw new PlimsollException("rule-not-found", $"There is no rule `{id}`.", "`plimsoll rules` lists them.");
            Write(rule, parsed.InvocationConfiguration.Output);
        });
        return command;
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
