using System.CommandLine;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>Profiles of `guard run` and `guard postgres`.</summary>
internal static class GuardProfileCommand
{
    public static Command Create() => new("profile", "Show, compare and merge profiles, and accept what was refused") { Show(), Diff(), Merge(), Accept() };

    private static Command Show()
    {
        var file = File("file");
        var command = new Command("show", "Check a profile and print it as the guard reads it") { file };
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(GuardProfile.Show(parsed.GetRequiredValue(file)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Diff()
    {
        var (from, to) = (File("from"), File("to"));
        var fail = new Option<bool>("--fail-on-change") { Description = "Exit with 1 when they differ" };
        var command = new Command("diff", "Print what the second profile has and the first has not, and the other way round") { from, to, fail };
        command.SetAction(parsed =>
        {
            var changes = GuardProfile.Compare(parsed.GetRequiredValue(from), parsed.GetRequiredValue(to));
            foreach (var change in changes) Terminal.Out.WriteLine(change);
            return parsed.GetValue(fail) && changes.Count > 0 ? ExitCode.Violated : ExitCode.Complete;
        });
        return command;
    }

    private static Command Merge()
    {
        var files = new Argument<string[]>("file") { HelpName = "FILE", Description = "Profiles; mode, limits and name servers are the first's", Arity = new(2, 64) };
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Write it there instead of to standard output" };
        var command = new Command("merge", "Print one profile with the destinations and statements of all") { files, output };
        command.SetAction(parsed =>
        {
            var merged = GuardProfile.Merge(parsed.GetRequiredValue(files));
            if (parsed.GetValue(output) is not { } path) Terminal.Out.Write(merged);
            else
            {
                try
                {
                    System.IO.File.WriteAllText(path, merged, new UTF8Encoding(false));
                }
                catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
                {
                    throw new PlimsollException("output-unwritable", $"`{path}` cannot be written: {thrown.Message.TrimEnd('.')}.", "Check that its folder exists and that you may write there.");
                }
            }
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Accept()
    {
        var file = File("file");
        var destinations = new Argument<string[]>("destination") { HelpName = "CANDIDATE", Description = "Name or address, `:PORT` behind it for that port alone and `/udp` for that protocol, or id of a statement; without any the candidates are listed", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Accept every destination whose port is known and every statement that no rule is against" };
        var command = new Command("accept", "List what was refused or detected, or move it into the profile") { file, destinations, all };
        command.SetAction(parsed =>
        {
            var (path, chosen) = (parsed.GetRequiredValue(file), parsed.GetValue(destinations) ?? []);
            var isListing = chosen.Length == 0 && !parsed.GetValue(all);
            var entries = isListing ? GuardProfile.Candidates(path) : GuardProfile.Accept(path, parsed.GetValue(all) ? [] : chosen);
            foreach (var entry in entries) Terminal.Out.WriteLine(entry);
            if (entries.Count == 0) Terminal.Error($"nothing waits to be accepted beside `{path}`{(System.IO.File.Exists(path) ? "" : ", which does not exist")}.");
            return ExitCode.Complete;
        });
        return command;
    }

    private static Argument<string> File(string name) => new(name) { HelpName = name.ToUpperInvariant(), Description = "A profile" };
}
