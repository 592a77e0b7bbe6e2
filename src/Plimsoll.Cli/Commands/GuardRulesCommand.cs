using System.CommandLine;
using Plimsoll.Guard;
using Plimsoll.Guard.SecLang.Releases;

namespace Plimsoll.Cli.Commands;

/// <summary>Reads rules in SecLang.</summary>
internal static class GuardRulesCommand
{
    public static Command Create() => new("rules", "Read rules in SecLang, such as the OWASP Core Rule Set") { Update(), Check(), Show(), Explain() };

    private static Command Check()
    {
        var paths = Paths();
        var command = new Command("check", "Read rules, and say all that is not understood in them, with file and line") { paths };
        command.SetAction(parsed =>
        {
            Terminal.Out.WriteLine(SecRules.Check(parsed.GetRequiredValue(paths)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Show()
    {
        var paths = Paths();
        var tag = new Option<string?>("--tag") { HelpName = "TAG", Description = "Only rules with this tag, such as attack-sqli" };
        var command = new Command("show", "List rules with phase, paranoia level, kind and state") { paths, tag };
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(SecRules.Show(parsed.GetRequiredValue(paths), parsed.GetValue(tag)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Update()
    {
        var folder = new Argument<string>("folder") { HelpName = "FOLDER", Description = "Where the rules are to be; what is there is replaced, but for the site's own setup and exclusions" };
        var from = new Option<string?>("--from") { HelpName = "URL|FILE|FOLDER", Description = "A release as tar or tar.gz, or unpacked [default: the newest release of the OWASP Core Rule Set at GitHub]" };
        var sha256 = new Option<string?>("--sha256") { HelpName = "HEX", Description = "SHA-256 that the archive must have" };
        var key = new Option<string>("--key") { HelpName = "FINGERPRINT", Description = "OpenPGP key that must have signed it, in gpg's keyring [default: the Core Rule Set's]", DefaultValueFactory = _ => RuleUpdateRequest.CoreRuleSetKey };
        var command = new Command("update", "Fetch a release of the OWASP Core Rule Set, verify it and put it in a folder") { folder, from, sha256, key };
        command.SetAction(async (parsed, cancelled) =>
        {
            var request = new RuleUpdateRequest { Folder = parsed.GetRequiredValue(folder), From = parsed.GetValue(from), Sha256 = parsed.GetValue(sha256), Key = parsed.GetRequiredValue(key) };
            Terminal.Out.WriteLine(await SecRules.UpdateAsync(request, cancelled));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Explain()
    {
        var id = new Argument<int>("id") { HelpName = "ID", Description = "Number of the rule" };
        var paths = Paths();
        var tests = new Option<string?>("--tests") { HelpName = "FOLDER", Description = "Folder of the Core Rule Set's regression tests; otherwise looked for beneath the rules" };
        var command = new Command("explain", "Say in plain words what a rule looks at, what it matches, what follows, and which tests are about it") { id, paths, tests };
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(SecRules.Explain(parsed.GetRequiredValue(paths), parsed.GetRequiredValue(id), parsed.GetValue(tests)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Argument<string[]> Paths() => new("path") { HelpName = "PATH", Description = "Folders and files, read in this order; of a folder crs-setup.conf, then rules/*.conf", Arity = ArgumentArity.OneOrMore };
}
