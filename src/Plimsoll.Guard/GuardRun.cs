using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Containers;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;

namespace Plimsoll.Guard;

/// <summary>What `plimsoll guard run` was told, as it was typed.</summary>
public sealed record GuardRunRequest
{
    /// <summary>`docker run …` or `podman run …`.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>File of the profile; null for one that allows nothing.</summary>
    public string? Profile { get; init; }

    /// <summary>`learn`, `detect` or `enforce`; null for what the profile says.</summary>
    public string? Mode { get; init; }

    /// <summary>File that events are added to; null for none.</summary>
    public string? Events { get; init; }

    /// <summary>Where runs keep what must survive a process.</summary>
    public string StateFolder { get; init; } = DefaultStateFolder;

    public const string DefaultStateFolder = "/run/plimsoll";
}

/// <summary>A container with a guard on its network, from before its first instruction to after its last.</summary>
public static partial class GuardRun
{
    private const int interrupt = 2, terminate = 15;

    /// <summary>Check, Hold, Guard, Run, Remove.</summary>
    /// <param name="say">Told what happens, sentences without a full stop.</param>
    /// <returns>The container's exit code.</returns>
    /// <exception cref="PlimsollException">It cannot be run with a guard.</exception>
    public static async Task<int> RunAsync(GuardRunRequest request, Action<string> say)
    {
        // 1. Check all that was said, before anything is changed.
        if (!Environment.IsPrivilegedProcess) throw new PlimsollException("guard-not-root", "Only root can enter a container's network namespace.", "Run it with `sudo`.");
        var given = RunArguments.Parse(request.Command);
        var profile = Profile(request);
        Cleanup.Orphans(Runs(request.StateFolder), say);
        var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(6)).ToLowerInvariant();
        var folder = Path.Combine(Runs(request.StateFolder), id);
        var plan = RunPlan.Of(given, id, folder);
        if (!plan.NameServers.IsEmpty) profile = profile with { NameServers = plan.NameServers };
        EngineNames.Check(plan);
        var state = Prepare(plan, profile, request);
        try
        {
            // 2. Hold: a container without network has the namespace, which is closed.
            using var holder = Holder.Start(plan);
            // 3. Guard: its sockets and rules are in the namespace.
            using var supervisor = new GuardSupervisor(state, holder.Network.Path, say);
            supervisor.Start();
            // 4. Run: only now is there an application, and nothing that it could do before.
            return await RunApplicationAsync(plan, state);
        }
        finally
        {
            // 5. Remove.
            Cleanup.Remove(state, say);
        }
    }

    /// <summary>The guard's own process, which <see cref="RunAsync"/> starts.</summary>
    public static Task ServeAsync(string folder, string namespacePath, bool isAgain, Stream input, TextWriter output, Action<string> say) => GuardWorker.RunAsync(folder, namespacePath, isAgain, input, output, say);

    /// <summary>Removes what earlier runs left behind.</summary>
    /// <returns>Whether nothing is left.</returns>
    public static bool CleanUp(string stateFolder, Action<string> say) => Cleanup.Orphans(Runs(stateFolder), say);

    private static string Runs(string stateFolder) => Path.Combine(stateFolder, "guard");

    private static Profile Profile(GuardRunRequest request)
    {
        var isLearning = request.Mode == "learn";
        if (isLearning && request.Profile is null) throw new PlimsollException("guard-learn", "There is no profile to write what is learned into.", "Name one with `--profile FILE`; it need not be there yet.");
        var profile = request.Profile is { } file && (!isLearning || File.Exists(file)) ? ProfileFile.Read(file) : new();
        PostgresEgress.Check(profile);
        return request.Mode switch
        {
            "learn" => profile with { Mode = ProfileMode.Learn },
            "detect" => profile with { Mode = ProfileMode.Detect },
            "enforce" => profile with { Mode = ProfileMode.Enforce },
            _ => profile,
        };
    }

    private static RunState Prepare(RunPlan plan, Profile profile, GuardRunRequest request)
    {
        var state = new RunState
        {
            Folder = plan.Folder,
            Holder = plan.Holder,
            Engine = [.. plan.Given.Engine],
            Environment = RunState.EngineVariables(),
            Process = Environment.ProcessId,
            Began = RunState.BeganAt(Environment.ProcessId) ?? "",
            Profile = request.Profile is { } file ? Path.GetFullPath(file) : null,
            Events = request.Events is { } events ? Path.GetFullPath(events) : null,
            Name = plan.Given.Last("name"),
            Ports = [.. plan.Ports.Select(port => port.ToString())],
            Networks = plan.Networks,
        };
        try
        {
            Directory.CreateDirectory(plan.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllText(Path.Combine(plan.Folder, "resolv.conf"), plan.ResolvConf);
            File.WriteAllText(Path.Combine(plan.Folder, "hosts"), plan.Hosts);
            GuardAuthority.Make(plan.Folder, TimeProvider.System);
            foreach (var name in (string[])["resolv.conf", "hosts", Path.GetFileName(GuardAuthority.CertificateIn(plan.Folder))])
                File.SetUnixFileMode(Path.Combine(plan.Folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead); // Whatever the umask: the container's users read them.
            File.WriteAllText(state.Policy, ProfileText.Of(profile) + (state.Profile is { } kept ? StatementProfileFile.Text(StatementProfileFile.Read(kept)) : ""));
            state.Write();
            return state;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("guard-run-state", $"{plan.Folder} cannot be written: {thrown.Message.TrimEnd('.')}.", "Name a folder that root may write to with `--state FOLDER`.");
        }
    }

    private static async Task<int> RunApplicationAsync(RunPlan plan, RunState state)
    {
        using var engine = EngineCommand.Attach(plan.ApplicationWords);
        using (Forwarded(PosixSignal.SIGTERM, engine, terminate))
        using (Forwarded(PosixSignal.SIGINT, engine, interrupt))
            await engine.WaitForExitAsync();
        // Detached by its keys, or the engine's command line was killed: the container runs on, so the guard does.
        while (Cleanup.Running(state) is { } running)
        {
            var waited = EngineCommand.Wait([.. state.Engine, "wait", running]);
            if (int.TryParse(waited, NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return code;
        }
        return engine.ExitCode;
    }

    /// <summary>A terminal sends it to both; anybody else means the container.</summary>
    private static PosixSignalRegistration Forwarded(PosixSignal signal, Process engine, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (signal == PosixSignal.SIGTERM || Console.IsInputRedirected) _ = Kill(engine.Id, number);
    });

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
