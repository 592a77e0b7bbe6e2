using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Sql;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Containers;

/// <summary>
/// The process that guards one container, started by its supervisor. It ends when the supervisor's end of standard input is gone:
/// a guard that nobody watches would not be started again.
/// </summary>
internal static class GuardWorker
{
    /// <summary>What it says on standard output once the container may start.</summary>
    public const string Ready = "ready";

    private const long mostOfEvents = 100L << 20;
    private const int keptEvents = 5;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(2);

    /// <param name="isAgain">An earlier one has died: the container knows addresses that this one does not.</param>
    /// <exception cref="PlimsollException">It cannot guard.</exception>
    public static async Task RunAsync(string folder, string namespacePath, bool isAgain, Stream input, TextWriter output, Action<string> say)
    {
        SocketEngine.RunCompletionsInline();
        var state = RunState.Read(folder) ?? throw new PlimsollException("guard-run-state", $"{folder} has no guarded run.", "`plimsoll guard run` starts this by itself.");
        var profile = ProfileFile.Read(state.Policy);
        using var network = new NetworkNamespace(namespacePath);
        using var events = state.Events is { } file ? new EventQueue("file", new JsonLine(state.Container), new RotatingFile(new EventFileOptions(file, mostOfEvents, keptEvents))) : null;
        var recorder = new EgressRecorder(events, say, TimeProvider.System);
        using var keeper = state.Profile is { } kept ? new StatementKeeper(kept, PolicyOf(profile.Mode), say, TimeProvider.System, isAgain ? state.Policy : null) : null;
        using var guard = new EgressGuard(network, profile, new(keeper is null ? [new TcpRelay()] : [new PostgresEgress(keeper.Policy, recorder, GuardAuthority.Read(folder, PostgresEgress.Alpn)), new TcpRelay()]), recorder, TimeProvider.System, state.Networks.IsEmpty ? null : new EngineNames(state, TimeProvider.System));
        using var ports = new PublishedPorts(network, [.. state.Ports.Select(PublishedPort.Parse).OfType<PublishedPort>()], TimeProvider.System, say);
        if (isAgain) _ = guard.RememberAsync();
        await output.WriteLineAsync(Ready);
        await output.FlushAsync();

        var noted = ImmutableArray<EgressRule>.Empty;
        var faults = new HashSet<string>(StringComparer.Ordinal);
        for (var ended = EndAsync(input); !ended.IsCompleted; )
        {
            await Task.WhenAny(ended, Task.Delay(every));
            recorder.Tell(isLast: ended.IsCompleted);
            if (recorder.TakeUnknown() is not { } unknown) continue;
            noted = unknown;
            if (keeper is null) continue;
            try
            {
                keeper.Exclusively(() => Note(state.Profile!, profile, noted));
            }
            catch (PlimsollException failed)
            {
                if (faults.Add(failed.Message)) say(failed.Message);
            }
        }
        Summarise(state, profile, noted, recorder.NotNoted, say);
        if (guard.Convergence is { Seen: > 0 } seen)
        {
            say(seen.Counts(Convergence.Connections));
            say(seen.Estimate(Convergence.Connections));
        }
        if (keeper?.Policy.Convergence is not { Seen: > 0 } && keeper?.Policy.Learned is not > 0) return;
        foreach (var sentence in keeper.Summary()) say(sentence);
        if (!Grammar.IsThere) say("libpg_query is not installed: the profile says neither tables nor columns (Debian's package libpg-query-dev has it)");
    }

    private static PolicyMode PolicyOf(ProfileMode mode) => mode switch { ProfileMode.Learn => PolicyMode.Learn, ProfileMode.Detect => PolicyMode.Detect, _ => PolicyMode.Enforce };

    /// <summary>In mode learn the profile itself has what was seen, else its candidates.</summary>
    private static void Note(string file, Profile policy, ImmutableArray<EgressRule> unknown)
    {
        var target = policy.Mode == ProfileMode.Learn ? file : ProfileStore.CandidatesOf(file);
        var before = File.Exists(target) ? ProfileFile.Read(target) : new Profile { Application = policy.Application, Mode = ProfileMode.Enforce };
        // A name that was only asked for has no port yet. Where it is answered its first connection shows one, where it is refused none follows.
        var seen = policy.Mode == ProfileMode.Enforce ? unknown.Select(rule => rule.Ports.IsEmpty ? rule with { Ports = [PortRange.Any] } : rule) : unknown.Where(rule => !rule.Ports.IsEmpty);
        var after = before with { Egress = ProfileChanges.Merge(before.Egress, [.. seen]) };
        if (ProfileText.Of(before) != ProfileText.Of(after)) ProfileStore.Update(target, before, after);
    }

    private static void Summarise(RunState state, Profile policy, ImmutableArray<EgressRule> noted, int notNoted, Action<string> say)
    {
        if (noted.IsEmpty) return;
        var many = notNoted == 0 ? "" : $", and {notNoted} more that were too many to note";
        var destinations = noted.Select(rule => rule.Destination).Distinct().Count(); // A name that was asked for and then dialled has two entries.
        var what = destinations == 1 ? "1 destination" : $"{destinations} destinations";
        if (state.Profile is null) say($"{what} that no profile allows{many}; with `--profile FILE --mode learn` they are written into one");
        else if (policy.Mode == ProfileMode.Learn) say($"{what} learned{many}: {state.Profile}");
        else say($"{what} that the profile has not{many}; `plimsoll guard profile accept {state.Profile}` shows them");
    }

    private static async Task EndAsync(Stream input)
    {
        var buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }
}
