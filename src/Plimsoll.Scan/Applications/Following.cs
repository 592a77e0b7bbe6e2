using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications.Known;
using Plimsoll.Scan.Applications.Launchers;
using Plimsoll.Scan.Applications.Shell;
using Plimsoll.Scan.Applications.Supervisors;
using Plimsoll.Scan.Applications.Wrappers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;

/// <summary>Where a start command ends: a process that stays, or the reason why there is none.</summary>
internal sealed record Ending(Process Process)
{
    public IKnownApplication? Known { get; init; }

    /// <summary>The executable, or the script, module or archive that a runtime was given.</summary>
    public ImageFile? Executable { get; init; }

    public string? Runtime { get; init; }

    /// <summary>A name that the command itself gives: a module, a class.</summary>
    public string? Name { get; init; }

    /// <summary>Why this is no application; a sentence. Null for an application.</summary>
    public string? Doubt { get; init; }

    /// <summary>Runs next to the main process.</summary>
    public bool Beside { get; init; }

    /// <summary>The script that chooses between this and others while it runs.</summary>
    public string? ChosenBy { get; init; }
}

/// <summary>Takes wrappers off a command, one at a time, until what is left is a program that does the work.</summary>
internal sealed class Following(Programs programs)
{
    /// <summary>Wrappers inside each other; official images have up to 6.</summary>
    public const int MostWrappers = 16;

    private const int StepsEach = 100;

    private readonly StepBudget budget = new();

    public ImmutableArray<Ending> Follow(Process process)
    {
        budget.Spend(StepsEach);
        if (budget.Spent) return Limit(process, $"The scripts that start this container take more than {StepBudget.Most:N0} steps, so they were not followed to their end.");
        if (process.Depth > MostWrappers) return Limit(process, $"`{process}` is still a wrapper after {MostWrappers} others, so it was not followed further.");
        if (process.Argv.IsEmpty || process.Program.Length == 0) return Doubt(process, "The start command is empty.");
        if (!process.Argv[0].Known) return Doubt(process, $"What is started is decided at run time: `{process}`.");
        if (WrapperTable.TryPeel(process, programs, out var inner)) return Follow(inner);
        if (Supervisor.TryServices(process, programs, out var services)) return Services(process, services);
        if (Known.All.ByExecutable(process.Name) is { } known) return KnownEnding(process, known);
        if (ShellCommand.Names.Contains(process.Name)) return Script(process);
        if (Launcher.TryLaunch(process, programs, out var launched)) return launched.Next is { } next ? Follow(next) : [launched.End!];
        if (!programs.TryFind(process, out var program)) return Missing(process);
        if (Interpreter(program) is { } interpreter)
            return Follow(process.Becomes([.. interpreter, program.Path, .. process.Arguments], $"{program.Path} is a script for {interpreter[0]}."));
        return [new Ending(process) { Executable = program, Known = Known.All.ByExecutable(program.Name) }];
    }

    private ImmutableArray<Ending> KnownEnding(Process process, IKnownApplication known) =>
        programs.TryFind(process, out var program) ? [new Ending(process) { Executable = program, Known = known }] : Missing(process);

    private ImmutableArray<Ending> Limit(Process process, string sentence)
    {
        programs.Problems.Report(ProblemKind.LimitReached, Quote.Line(process.Program), sentence);
        return Doubt(process, sentence);
    }

    private static ImmutableArray<Ending> Doubt(Process process, string sentence) => [new Ending(process) { Doubt = sentence }];

    private static ImmutableArray<Ending> Missing(Process process) =>
        Doubt(process, $"The container starts `{process}`, but `{Quote.Line(process.Program)}` is not in the image.");

    private ImmutableArray<Ending> Services(Process process, ImmutableArray<Process> services)
    {
        if (services.IsEmpty) return Doubt(process, $"`{process.Name}` starts services, but the image holds no definition of any.");
        return [.. services.SelectMany(service => Follow(service)).Select(ending => ending with { Beside = true })];
    }

    /// <summary>The words of the `#!` line (execve(2)): interpreter and at most one argument; null for other files.</summary>
    private ImmutableArray<Value>? Interpreter(ImageFile program)
    {
        byte[] start;
        try
        {
            start = program.ReadStart(256); // Linux takes no longer line (BINPRM_BUF_SIZE).
        }
        catch (UnreadableException unreadable)
        {
            programs.Problems.Report(unreadable.Kind, program.Path, $"{unreadable.Message}; whether it is a script is not known");
            return null;
        }
        if (!start.AsSpan().StartsWith("#!"u8)) return null;
        var line = System.Text.Encoding.UTF8.GetString(start).Split('\n')[0][2..].Trim();
        var words = line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? null : [.. words.Select(word => (Value)word)];
    }

    private ImmutableArray<Ending> Script(Process process)
    {
        var command = ShellCommand.Parse(process);
        if (command.Interactive) return Doubt(process, $"The image starts a shell: `{process}`.");
        var (text, path) = (command.Text, "the command");
        if (command.File is { } file)
        {
            if (!file.Known) return Doubt(process, $"The script `{file.Text}` is chosen at run time.");
            if (!programs.TryFindFile(process.WorkingDir, file.Text, out var script) && !programs.TryFind(process with { Argv = [file] }, out script)) return Missing(process with { Argv = [file, .. command.Arguments] });
            path = script.Path;
            if (!programs.TryRead(script, out text)) return Doubt(process, $"The script {path} could not be read.");
        }
        if (text is null) return Doubt(process, $"What is started is decided at run time: `{process}`.");
        if (!ShellParser.TryParse(text, out var parsed, out var error))
        {
            programs.Problems.Report(ProblemKind.Unsupported, path, $"this shell script could not be followed: {error}");
            return Doubt(process, $"The script {path} decides at run time; it could not be followed: {error}.");
        }
        var evaluator = new Evaluator(programs, process, path, budget, IsDaemonised);
        var outcome = evaluator.Run(parsed, command.Name, command.Arguments);
        if (budget.Spent) return Limit(process, $"The script {path} takes more than {StepBudget.Most:N0} steps, so it was not followed to its end.");
        var main = Best(outcome.Last.SelectMany(started => Follow(started.Process)));
        if (main.Count(ending => !ending.Beside) > 1) main = [.. main.Select(ending => ending.Beside ? ending : ending with { ChosenBy = ending.ChosenBy ?? path })];
        var beside = outcome.Beside.SelectMany(started => Follow(started.Process)).Where(ending => ending.Doubt is null).Select(ending => ending with { Beside = true });
        ImmutableArray<Ending> all = [.. main, .. beside];
        if (all.IsEmpty) return Doubt(process, outcome.Failed ? $"The script {path} ends in an error with what the image itself gives it." : $"The script {path} ends without a program that stays.");
        return all.Any(ending => ending.Doubt is null) ? [.. all.Where(ending => ending.Doubt is null)] : all;
    }

    /// <summary>Of several ways those that end in a program of the image.</summary>
    private static ImmutableArray<Ending> Best(IEnumerable<Ending> endings)
    {
        ImmutableArray<Ending> all = [.. endings];
        ImmutableArray<Ending> real = [.. all.Where(ending => ending.Doubt is null)];
        if (real.IsEmpty) return all;
        ImmutableArray<Ending> main = [.. real.Where(ending => !ending.Beside)];
        if (main.DistinctBy(ending => (ending.Known?.Name, ending.Executable?.Path, ending.Name)).Count() == 1) main = [main[^1]];
        return [.. main, .. real.Where(ending => ending.Beside)];
    }

    private bool IsDaemonised(Process process)
    {
        while (WrapperTable.TryPeel(process, programs, out var inner) && inner.Depth <= MostWrappers) process = inner;
        return process.Argv is [{ Known: true }, ..] && Known.All.ByExecutable(process.Name)?.GoesToBackground(process) == true;
    }
}
