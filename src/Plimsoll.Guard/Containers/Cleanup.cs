namespace Plimsoll.Guard.Containers;

/// <summary>Removes what runs left behind whose supervisor is gone. Their containers are closed: nobody serves their namespace.</summary>
internal static class Cleanup
{
    /// <param name="root">The folder of all runs.</param>
    /// <param name="say">Told what was removed, and what could not be.</param>
    /// <returns>Whether nothing is left.</returns>
    public static bool Orphans(string root, Action<string> say)
    {
        if (!Directory.Exists(root)) return true;
        var isClean = true;
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (RunState.Read(folder) is not { } state)
            {
                // One that is being made this moment has no description yet either.
                if (Directory.GetCreationTimeUtc(folder) > TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(1)) continue;
                say($"{folder} cannot be read and was left; remove it by hand when no guarded container runs");
                isClean = false;
                continue;
            }
            if (state.IsAlive) continue;
            if (Remove(state, say)) say($"removed what the run {state.Id} left behind");
            else isClean = false;
        }
        return isClean;
    }

    /// <summary>Removes the holder and the folder of a run.</summary>
    /// <returns>False, and said, when something is left.</returns>
    public static bool Remove(RunState state, Action<string> say)
    {
        if (!state.HasHolder) return Delete(state, say);
        if (Running(state) is { } running) say($"the container {running} of the run {state.Id} still runs, closed; `{Path.GetFileName(state.Engine[0])} rm --force {running}` ends it");
        var removed = EngineCommand.Run([.. state.Engine, "rm", "--force", "--volumes", state.Holder], environment: state.Environment);
        if (removed.Error is { } error && !error.Contains("no such container", StringComparison.OrdinalIgnoreCase) && !error.Contains("no container with", StringComparison.OrdinalIgnoreCase))
        {
            say($"the container {state.Holder} could not be removed: {error}; `plimsoll guard cleanup` tries again");
            return false;
        }
        return Delete(state, say);
    }

    private static bool Delete(RunState state, Action<string> say)
    {
        NamedNamespace.Remove(state.Folder);
        try
        {
            Directory.Delete(state.Folder, recursive: true);
            return true;
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            say($"{state.Folder} could not be removed: {thrown.Message.TrimEnd('.')}; `plimsoll guard cleanup` tries again");
            return false;
        }
    }

    /// <summary>The run's container, when it runs; null when none does, or the engine does not say.</summary>
    public static string? Running(RunState state)
    {
        var listed = EngineCommand.Run([.. state.Engine, "ps", "--quiet", "--no-trunc", "--filter", $"label={RunPlan.Label}={state.Id}"], environment: state.Environment);
        if (listed.Error is not null) return null;
        var holder = EngineCommand.Run([.. state.Engine, "ps", "--quiet", "--no-trunc", "--filter", $"name={state.Holder}"], environment: state.Environment).Output;
        return listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(id => !holder.Contains(id, StringComparison.Ordinal));
    }
}
