using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Scan.Deployments;

namespace Plimsoll.Scan.Applications;

/// <summary>The process that a container engine starts: entrypoint and command, neither of which it expands (OCI image configuration).</summary>
internal static class StartCommand
{
    /// <param name="deployment">Says which words and variables are not known; null for an image alone.</param>
    /// <returns>Null when the image names none.</returns>
    public static Process? Of(ImageConfig config, Deployment? deployment = null)
    {
        ImmutableArray<string> argv = [.. config.Entrypoint, .. config.Cmd];
        if (argv.IsEmpty) return null;
        var env = ImmutableSortedDictionary.CreateBuilder<string, Value>(StringComparer.Ordinal);
        foreach (var pair in config.Env)
            if (pair.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) env[pair[..equals]] = pair[(equals + 1)..];
        foreach (var (name, value) in deployment?.Environment ?? [])
            if (value is { Needs: not null }) env[name] = Value.Unknown($"${name}");
        var parts = (config.Entrypoint.IsEmpty, config.Cmd.IsEmpty) switch
        {
            (true, _) => $"CMD {Exec(config.Cmd)} is the start command.",
            (_, true) => $"ENTRYPOINT {Exec(config.Entrypoint)} is the start command.",
            _ => $"ENTRYPOINT {Exec(config.Entrypoint)} gets CMD {Exec(config.Cmd)} as its arguments.",
        };
        return new Process
        {
            Argv = [.. argv.Select(word => deployment?.IsUnknown(word) == true ? Value.Unknown(word) : word)],
            Env = env.ToImmutable(),
            User = config.User,
            WorkingDir = config.WorkingDir.StartsWith('/') ? config.WorkingDir : "/" + config.WorkingDir,
            Evidence = [parts],
        };
    }

    private static string Exec(ImmutableArray<string> words) => Quote.Line("[" + string.Join(", ", words.Select(word => $"\"{word}\"")) + "]");
}
