using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Operation;

/// <summary>
/// Reloads when the configuration, a certificate, a key, an authority, a list of revoked certificates or a file of rules is another one than before: told by SIGHUP, by the kernel
/// that something changed in their folders, and by looking now and then where the kernel tells nothing (network file systems).
/// What counts is the content behind all links, so that replacing a link, as Kubernetes does for what it mounts, is a change.
/// </summary>
internal sealed class Reloader : IDisposable
{
    /// <summary>Milliseconds without a change before it is read: whoever writes may not be done.</summary>
    private const int settling = 200;

    /// <summary>Milliseconds after which it is read although changes go on.</summary>
    private const int mostSettling = 1_000;

    private const int lookEvery = 10_000;
    private const int mostBytes = 4 << 20;

    private readonly Lock gate = new();
    private readonly string file;
    private readonly Operations operations;
    private readonly Action<string> say;
    private readonly Timer timer;
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private readonly PosixSignalRegistration hangup;
    private HashSet<string> names = [];
    private long changedAt;
    private string seen;
    private bool hasFailed;
    private bool ended;

    /// <param name="say">Told what became of a reload, in sentences.</param>
    public Reloader(string file, Operations operations, Action<string> say)
    {
        (this.file, this.operations, this.say) = (file, operations, say);
        seen = Fingerprint();
        timer = new(_ => Look(always: false), null, lookEvery, lookEvery);
        hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Look(always: true);
        });
        Watch();
    }

    /// <summary>Reloads when something changed, when the last time failed, or always.</summary>
    public void Look(bool always)
    {
        lock (gate)
        {
            if (ended) return;
            timer.Change(lookEvery, lookEvery);
            Volatile.Write(ref changedAt, 0);
            var now = Fingerprint();
            if (now == seen && !hasFailed && !always) return;
            var before = operations.Config;
            var faults = operations.Reload(() => ConfigFile.Read(file));
            (seen, hasFailed) = (now, faults.Count > 0);
            var config = operations.Config;
            if (faults.Count == 0) say(string.Join('\n', RevocationLists.Late(operations.Gateway.Revocations, operations.Gateway.Clock.GetUtcNow()).Prepend($"configuration {config.Generation} is in force")));
            else if (always || config.Refused > before.Refused)
                say($"the new configuration is refused, number {config.Generation} stays in force:\n{string.Join('\n', faults)}");
            Watch();
        }
    }

    private IEnumerable<string> Files
    {
        get
        {
            var listeners = operations.Gateway.Running.Options.Listeners;
            var certificates = listeners.Where(listener => listener.Tls is not null).SelectMany(listener => listener.Tls!.Files);
            var rules = operations.Gateway.Running.Options.Sites.SelectMany(site => site.Rules?.Files ?? []).Select(Path.GetFullPath);
            return certificates.Prepend(Path.GetFullPath(file)).Concat(rules).Distinct(StringComparer.Ordinal);
        }
    }

    private string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        foreach (var path in Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path + "\n"));
            try
            {
                using var stream = File.OpenRead(path);
                for (var total = 0; total < mostBytes && stream.Read(buffer) is var count and > 0; total += count) hash.AppendData(buffer, 0, count);
            }
            catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
            {
                hash.AppendData("absent"u8); // Which the reload will tell.
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Watches the folders of all files, as far as the kernel has watches left.</summary>
    private void Watch()
    {
        Volatile.Write(ref names, Files.Select(path => Path.GetFileName(path)).ToHashSet(StringComparer.Ordinal));
        var folders = Files.Select(path => Path.GetDirectoryName(path)!).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in watchers.Keys.Except(folders).ToList())
        {
            watchers.Remove(gone, out var watcher);
            watcher!.Dispose();
        }
        foreach (var folder in folders.Where(folder => !watchers.ContainsKey(folder)))
        {
            try
            {
                var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.CreationTime };
                watcher.Changed += Settle;
                watcher.Created += Settle;
                watcher.Deleted += Settle;
                watcher.Renamed += Settle;
                watcher.EnableRaisingEvents = true;
                watchers.Add(folder, watcher);
            }
            catch (Exception thrown) when (thrown is IOException or ArgumentException)
            {
                say($"changes in {folder} are seen only every {lookEvery / 1000} s: {thrown.Message}");
            }
        }
    }

    private void Settle(object sender, FileSystemEventArgs change)
    {
        // A log in the same folder is written all the time. A name that is new, gone or moved may be a link on the way to ours.
        if (change.ChangeType == WatcherChangeTypes.Changed && !Volatile.Read(ref names).Contains(change.Name ?? "")) return;
        var now = Environment.TickCount64;
        var first = Interlocked.CompareExchange(ref changedAt, now, 0);
        if (first != 0 && now - first > mostSettling - settling) return;
        try
        {
            timer.Change(settling, lookEvery);
        }
        catch (ObjectDisposedException)
        {
            // The guard ends.
        }
    }

    public void Dispose()
    {
        lock (gate) ended = true;
        hangup.Dispose();
        foreach (var watcher in watchers.Values) watcher.Dispose();
        timer.Dispose();
    }
}
