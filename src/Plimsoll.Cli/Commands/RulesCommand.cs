using System.CommandLine;
using Plimsoll.Scan.Hardening;

namespace Plimsoll.Cli.Commands;

/// <summary>The hardening rules: what there are, and whether their examples hold.</summary>
internal static class RulesCommand
{
    public const string Description = "List the hardening rules, and test them by their examples";

    public static Command Create()
    {
        var folders = Folders();
        var command = new Command("rules", Description) { folders, Test() };
        command.SetAction(parsed =>
        {
            var rules = RuleCatalog.All(parsed.GetValue(folders) ?? []);
            var to = parsed.InvocationConfiguration.Output;
            var column = rules.Max(rule => rule.Id.Length) + 2;
            foreach (var rule in rules)
            {
                to.Write($"{rule.Id.PadRight(column)}{rule.Severity.ToString().ToLowerInvariant(),-10}");
                HelpPage.WriteText(to, rule.Title, column + 10, HelpPage.ListWidth);
            }
        });
        return command;
    }

    public static Option<string[]> Folders() => new("--rules")
    {
        Description = "Folder of your own rules, besides those that are built in; may be given several times",
        HelpName = "DIR",
    };

    private static Command Test()
    {
        var folder = new Argument<string?>("dir") { Description = "Folder with APPLICATION/NAME.yaml in it [default: the rules that are built in]", Arity = ArgumentArity.ZeroOrOne };
        var servers = new Option<bool>("--servers") { Description = "Also start the servers that are installed here with each example; only for rules that you trust, since a configuration can make a server run code" };
        var command = new Command("test", "Scan every example of the rules of a folder as an image") { folder, servers };
        command.SetAction(parsed =>
        {
            var (count, wrong, unasked) = (0, 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
            foreach (var trial in RuleCatalog.Try(parsed.GetValue(folder), parsed.GetValue(servers)))
            {
                count++;
                if (trial.Unasked is { } reason) unasked[reason] = unasked.GetValueOrDefault(reason) + 1;
                if (trial.Wrong is null) continue; // Only what does not hold is worth a line.
                wrong++;
                parsed.InvocationConfiguration.Output.WriteLine($"{trial.Rule}: {trial.Place}: {trial.Wrong}");
            }
            parsed.InvocationConfiguration.Output.WriteLine($"{count} examples, {wrong} do not hold");
            if (parsed.GetValue(servers))
            {
                parsed.InvocationConfiguration.Output.WriteLine($"{count - unasked.Values.Sum()} examples were shown to their servers");
                foreach (var (reason, times) in unasked) parsed.InvocationConfiguration.Output.WriteLine($"  {times} were not: {reason}");
            }
            return wrong == 0 ? ExitCode.Complete : ExitCode.Partial;
        });
        return command;
    }
}
