using System.Diagnostics;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Operation;

namespace Plimsoll.Guard;

/// <summary>Shows what a running guard does, by its metrics.</summary>
public static class GuardTop
{
    private const int mostBytes = 64 << 20;
    private const string ownScreen = "\e[?1049h\e[?25l";
    private const string formerScreen = "\e[?25h\e[?1049l";
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    /// <param name="address">Of the admin listener, `127.0.0.1:9901`.</param>
    /// <param name="size">Columns and rows, asked before each picture.</param>
    /// <param name="isLive">Whether to go on until <paramref name="stop"/>; otherwise one picture.</param>
    /// <exception cref="PlimsollException">Nothing of a guard answers there.</exception>
    public static async Task RunAsync(string address, TextWriter output, Func<(int Width, int Height)> size, bool isLive, bool hasColour, CancellationToken stop)
    {
        if (!Uri.TryCreate($"http://{address}/metrics", UriKind.Absolute, out var uri)) throw new PlimsollException("guard-top", $"`{address}` is not an address and port.", "Write it as `127.0.0.1:9901`.");
        using var http = new HttpClient { Timeout = patience, MaxResponseContentBufferSize = mostBytes };
        var before = await AskAsync(http, uri, stop);
        if (isLive) await output.WriteAsync(ownScreen);
        try
        {
            do
            {
                var started = Stopwatch.GetTimestamp();
                await Task.Delay(every, stop);
                var now = await AskAsync(http, uri, stop);
                var (width, height) = size();
                var page = new TopPage(before, now, Stopwatch.GetElapsedTime(started).TotalSeconds, width, height, hasColour).Write(address);
                await output.WriteAsync(isLive ? "\e[H" + page.Replace("\n", "\e[K\r\n", StringComparison.Ordinal) + "\e[J" : page);
                before = now;
            }
            while (isLive);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to end.
        }
        finally
        {
            if (isLive) await output.WriteAsync(formerScreen);
        }
    }

    private static async Task<TopSample> AskAsync(HttpClient http, Uri uri, CancellationToken stop)
    {
        try
        {
            return TopSample.Parse(await http.GetStringAsync(uri, stop));
        }
        catch (Exception thrown) when (thrown is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            throw new PlimsollException("guard-top", $"No guard answers at {uri.Authority}: {thrown.Message.TrimEnd('.')}.", "Start one with `--admin` or `admin:` in its configuration, and give that address.");
        }
    }
}
