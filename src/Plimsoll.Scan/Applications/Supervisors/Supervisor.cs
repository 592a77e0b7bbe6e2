using System.Collections.Immutable;
using Plimsoll.Scan.Applications.Shell;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Supervisors;

/// <summary>Programs that start several others and keep them running.</summary>
internal static class Supervisor
{
    /// <returns>False when this is no supervisor.</returns>
    public static bool TryServices(Process process, Programs programs, out ImmutableArray<Process> services)
    {
        ImmutableArray<Process>? found = process.Name switch
        {
            "supervisord" => Supervisord.Services(process, programs),
            "init" when process.Program == "/init" => S6Overlay(process, programs),
            "s6-svscan" or "runsvdir" => RunFolders(process, programs, LastOperand(process), "run"),
            "my_init" or "runit-init" or "runit" => RunFolders(process, programs, "/etc/service", "run"),
            "systemd" => Systemd.Services(process, programs),
            "init" when programs.TryFind(process, out var init) && init.Name == "systemd" => Systemd.Services(process, programs),
            _ => null,
        };
        services = found ?? [];
        return found is not null;
    }

    private static string LastOperand(Process process) => process.Argv.Length > 1 ? process.Argv[^1].Text : "/etc/service";

    /// <summary>s6-overlay: services of version 2 (`/etc/services.d`) and 3 (`s6-rc.d` with `type` longrun), then the command behind it.</summary>
    private static ImmutableArray<Process> S6Overlay(Process process, Programs programs)
    {
        var services = RunFolders(process, programs, "/etc/services.d", "run");
        foreach (var type in ImageGlob.Expand(programs.Files, "/etc/s6-overlay/s6-rc.d/*/type"))
            if (programs.TryRead(type, out var kind) && kind.Trim() == "longrun" && type.Parent.TryFind("run", out var run) && run.IsFile)
                services = services.Add(Run(process, run, programs));
        return process.Argv.Length > 1 ? services.Add(process.Becomes(process.Argv[1..], "/init of s6-overlay starts the command behind it.")) : services;
    }

    private static ImmutableArray<Process> RunFolders(Process process, Programs programs, string folder, string name) =>
        [.. ImageGlob.Expand(programs.Files, $"{Programs.Absolute(process.WorkingDir, folder).TrimEnd('/')}/*/{name}").Where(run => run.IsFile).Select(run => Run(process, run, programs))];

    /// <summary>A `run` file: a script of its own, or execline text (skarnet.org/software/execline), which is one command line over several lines.</summary>
    private static Process Run(Process process, ImageFile run, Programs programs)
    {
        var evidence = $"{process.Name} starts the service {run.Path}.";
        if (!programs.TryRead(run, out var text) || !text.AsSpan(0, Math.Min(text.Length, 64)).Contains("execlineb", StringComparison.Ordinal))
            return process.Becomes([run.Path], evidence);
        var lines = text.Split('\n').Skip(1).Where(line => !line.TrimStart().StartsWith('#'));
        ImmutableArray<Value> words = [.. Words(string.Join(' ', lines))];
        return process.Becomes(words, evidence);
    }

    /// <summary>Words of a command line with quotes, without expansions: what supervisors' files hold.</summary>
    public static IEnumerable<Value> Words(string text)
    {
        if (!ShellParser.TryParse(text.Replace('\n', ' '), out var parsed, out _) || parsed is not CommandList { Items: [{ Command: SimpleCommand simple }] })
            return text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => (Value)word);
        var assigned = simple.Assignments.Select(assignment => (Value)$"{assignment.Name}={Text(assignment.Value).Text}").ToList();
        return [.. assigned.Count > 0 ? ["env", .. assigned] : Array.Empty<Value>(), .. simple.Words.Select(Text)];
    }

    private static Value Text(Word word) => new(
        string.Concat(word.Parts.Select(part => part switch { Text text => text.Content, Parameter parameter => parameter.Source, Substitution inner => inner.Source, Opaque opaque => opaque.Source, _ => "" })),
        word.Parts.All(part => part is Text));
}
