using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Supervisors;

/// <summary>Units that systemd starts: those that `*.wants` folders of multi-user.target and graphical.target name (systemd.unit(5)), and their `ExecStart` (systemd.service(5)).</summary>
internal static class Systemd
{
    public static ImmutableArray<Process> Services(Process process, Programs programs)
    {
        var services = ImmutableArray.CreateBuilder<Process>();
        var seen = new HashSet<int>();
        foreach (var root in (ReadOnlySpan<string>)["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"])
            foreach (var target in (ReadOnlySpan<string>)["multi-user.target.wants", "graphical.target.wants"])
                foreach (var unit in ImageGlob.Expand(programs.Files, $"{root}/{target}/*.service"))
                    if (unit.IsFile && seen.Add(unit.Node) && programs.TryRead(unit, out var text) && Service(process, unit, text) is { } service) services.Add(service);
        return services.ToImmutable();
    }

    /// <summary>Null for a unit without a command, or one that ends (`Type=oneshot`).</summary>
    private static Process? Service(Process process, ImageFile unit, string text)
    {
        var (command, line, user, folder) = ("", 0, "root", "/");
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var setting = raw.Trim();
            if (setting == "Type=oneshot") return null;
            if (setting.StartsWith("ExecStart=", StringComparison.Ordinal)) (command, line) = (setting[10..].TrimStart('-', '@', ':', '+', '!'), number);
            else if (setting.StartsWith("User=", StringComparison.Ordinal)) user = setting[5..];
            else if (setting.StartsWith("WorkingDirectory=/", StringComparison.Ordinal)) folder = setting[17..];
        }
        if (command.Length == 0) return null;
        return process.Becomes([.. Supervisor.Words(command)], $"{unit.Path}:{line} starts `{Quote.Line(command)}`.") with { User = user, WorkingDir = folder };
    }
}
