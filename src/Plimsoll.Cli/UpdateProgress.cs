using System.Globalization;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Cli;

/// <summary>One line on standard error that says how far an update is; where that is no terminal, only why it waits.</summary>
internal sealed class UpdateProgress(bool quiet) : IUpdateProgress, IDisposable
{
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan every = TimeSpan.FromMilliseconds(100);

    private readonly bool shows = !quiet && Terminal.IsError;
    private readonly Lock gate = new();
    private long last;
    private int planned;
    private int ended;
    private bool shown;

    public void Waits(string sentence) => Says($"{sentence.TrimEnd('.')}; waiting for it to end.");

    public void Says(string sentence)
    {
        lock (gate)
        {
            Erase();
            if (!quiet) Terminal.Error(sentence);
        }
    }

    public void Planned(int parts) => planned = parts;

    public void Receives(string part, long bytes, long? total)
    {
        if (!shows) return;
        lock (gate)
        {
            var now = Environment.TickCount64;
            if (now - last < every.TotalMilliseconds) return;
            last = now;
            shown = true;
            Terminal.Err.Write(string.Create(CultureInfo.InvariantCulture, $"{EraseLine}{ended} of {planned} parts; {part}, {bytes / 1e6:N1}{(total is { } all ? $" of {all / 1e6:N1}" : "")} MB …"));
        }
    }

    public void Ended(PartOutcome outcome)
    {
        lock (gate) ended++;
    }

    public void Dispose()
    {
        lock (gate) Erase();
    }

    private void Erase()
    {
        if (shown) Terminal.Err.Write(EraseLine);
        shown = false;
    }
}
