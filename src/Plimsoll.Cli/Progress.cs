using System.Globalization;
using Plimsoll.Scan;

namespace Plimsoll.Cli;

/// <summary>One line on standard error that says how far a scan is; nothing where that is no terminal.</summary>
internal sealed class Progress : IDisposable
{
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan firstAfter = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan every = TimeSpan.FromMilliseconds(100);

    private readonly ScanProgress progress;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private bool shown;
    private bool ended;

    private Progress(ScanProgress progress)
    {
        this.progress = progress;
        timer = new Timer(_ => Show(), null, firstAfter, every);
    }

    public static Progress? Start(ScanProgress progress, bool quiet) => quiet || !Terminal.IsError ? null : new Progress(progress);

    private void Show()
    {
        lock (gate)
        {
            if (ended || progress.Stage.Length == 0) return;
            shown = true;
            Terminal.Err.Write($"{EraseLine}{progress.Stage}{Amount()} …");
        }
    }

    private string Amount() => progress.Total == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {progress.Done / 1_000_000:N0} of {progress.Total / 1_000_000:N0} MB");

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            ended = true;
            if (shown) Terminal.Err.Write(EraseLine);
        }
    }
}
