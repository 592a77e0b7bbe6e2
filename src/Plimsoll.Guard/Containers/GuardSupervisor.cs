using System.Diagnostics;
using System.Globalization;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>Keeps a <see cref="GuardWorker"/> running: whenever it dies another takes its place, and meanwhile the container is closed.</summary>
internal sealed class GuardSupervisor(RunState state, string namespacePath, Action<string> say) : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Process? worker;
    private volatile bool ending;

    /// <summary>Returns once the guard is in force.</summary>
    /// <exception cref="PlimsollException">It does not start.</exception>
    public void Start()
    {
        var first = Launch(isAgain: false) ?? throw new PlimsollException("guard-did-not-start", "The guard did not start, so the container was not started either.", "The lines above say why.");
        _ = Task.Run(() => KeepAsync(first));
    }

    private async Task KeepAsync(Process current)
    {
        while (true)
        {
            await current.WaitForExitAsync();
            if (ending) return;
            say(string.Create(CultureInfo.InvariantCulture, $"the guard ended with {current.ExitCode}; the container is closed until the next one serves"));
            current.Dispose();
            Process? next;
            while ((next = Launch(isAgain: true)) is null)
            {
                if (ending) return;
                await Task.Delay(pause);
            }
            current = next;
        }
    }

    private Process? Launch(bool isAgain)
    {
        lock (gate)
        {
            if (ending) return null;
            string[] words = isAgain ? ["guard", "serve-run", state.Folder, namespacePath, "--again"] : ["guard", "serve-run", state.Folder, namespacePath];
            var started = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, words) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            var ready = started.StandardOutput.ReadLineAsync();
            if (!ready.Wait(patience) || ready.Result != GuardWorker.Ready)
            {
                started.Kill();
                started.Dispose();
                return null;
            }
            worker = started;
            return started;
        }
    }

    /// <summary>Tells it to end, and waits until it has written what it noted.</summary>
    public void Dispose()
    {
        ending = true;
        lock (gate)
        {
            if (worker is null) return;
            try
            {
                worker.StandardInput.Close();
            }
            catch (IOException) // It is gone already.
            {
            }
            if (!worker.WaitForExit(patience)) worker.Kill();
        }
    }
}
