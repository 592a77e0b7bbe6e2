using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Held by the one process that changes the database, as a lock (flock(2)) on the file `update.lock`, which says whose it
/// is. The kernel takes it back when the process ends. Who only reads needs none.
/// </summary>
internal sealed class UpdateLock : IDisposable
{
    private const string FileName = "update.lock";
    private const int WouldBlock = 11; // EWOULDBLOCK

    private static readonly TimeSpan again = TimeSpan.FromMilliseconds(200);

    private readonly FileStream held;

    private UpdateLock(FileStream held) => this.held = held;

    /// <summary>Waits while another process updates.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="waiting">Is told once, in a sentence, that there is somebody to wait for.</param>
    public static UpdateLock Take(string folder, TimeSpan patience, Action<string> waiting)
    {
        var path = Path.Combine(folder, FileName);
        var watch = Stopwatch.StartNew();
        for (var told = false; ; Thread.Sleep(again))
        {
            if (TryTake(path) is { } file) return new UpdateLock(file);
            if (!told) waiting($"Another process{Owner(path)} is updating the advisory database; waiting for it.");
            told = true;
            if (watch.Elapsed >= patience) throw new PlimsollException("database-busy", $"Another process{Owner(path)} is updating the advisory database and did not end within {patience.TotalMinutes:0.##} minutes.", "Wait for it, or end it if it hangs; an interrupted update leaves the data as they were.");
        }
    }

    public void Dispose() => held.Dispose();

    private static FileStream? TryTake(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return file;
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("database-unwritable", $"The advisory database cannot be changed: {failed.Message.TrimEnd('.')}.", "Check that you may write there and that there is space.");
        }
    }

    /// <summary>` (1234)`; empty when the file does not say it.</summary>
    private static string Owner(string path)
    {
        Span<byte> text = stackalloc byte[16];
        try
        {
            // Shared with all, it is opened without asking for the lock.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return int.TryParse(text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? $" ({id})" : "";
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return ""; // Who it is only helps; that somebody is there is known.
        }
    }
}
