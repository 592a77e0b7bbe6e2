using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>A container whose network is closed before it exists.</summary>
internal static class GuardRunCommand
{
    public static Command Create()
    {
        var profile = new Option<string?>("--profile") { HelpName = "FILE", Description = "What the container may reach, in YAML; without it nothing" };
        var mode = new Option<string?>("--mode") { HelpName = "learn|detect|enforce", Description = "Let what the profile has not pass and write it into the profile, let it pass and report it, or refuse it; otherwise what the profile says" };
        mode.AcceptOnlyFromAmong("learn", "detect", "enforce");
        var events = new Option<string?>("--events") { HelpName = "FILE", Description = "Add every decision to this file, a line of JSON each" };
        var state = State();
        var words = new Argument<string[]>("command") { HelpName = "-- docker run …", Description = "The command as it would be without a guard, of docker or podman", Arity = ArgumentArity.OneOrMore };
        var command = new Command("run", "Run a container that reaches only what its profile allows, from its first instruction; exit code is the container's") { profile, mode, events, state, words };
        command.SetAction(async (parsed, _) => await GuardRun.RunAsync(new()
        {
            Profile = parsed.GetValue(profile),
            Mode = parsed.GetValue(mode),
            Events = parsed.GetValue(events),
            StateFolder = parsed.GetRequiredValue(state),
            Command = parsed.GetRequiredValue(words),
        }, Terminal.Error));
        return command;
    }

    internal static Option<string> State() => new("--state") { HelpName = "FOLDER", Description = $"Where runs keep what must survive a process (default {GuardRunRequest.DefaultStateFolder})", DefaultValueFactory = _ => GuardRunRequest.DefaultStateFolder };
}
