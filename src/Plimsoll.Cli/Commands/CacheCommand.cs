using System.CommandLine;
using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Scan;

namespace Plimsoll.Cli.Commands;

/// <summary>What scans keep of layers that they have read.</summary>
internal static class CacheCommand
{
    public const string Description = "See or clear what scans keep of layers that they have read";

    public static Command Create()
    {
        var status = new Command("status", "Say where layers are kept, how many files and bytes, and when they were used");
        status.SetAction(parsed => WriteStatus(parsed.InvocationConfiguration.Output));
        var clear = new Command("clear", "Remove what scans have kept; the next scan reads all layers again");
        clear.SetAction(parsed =>
        {
            var (files, bytes) = Settings().Clear();
            parsed.InvocationConfiguration.Output.WriteLine($"removed {Count(files, "file")}, {Bytes(bytes)}");
        });
        return new Command("cache", Description) { status, clear };
    }

    private static void WriteStatus(TextWriter to)
    {
        var settings = Settings();
        var status = settings.Status();
        to.WriteLine($"folder     {settings.Folder}");
        to.WriteLine($"holds      {Count(status.Files, "file")}, {Bytes(status.Bytes)} of at most {(settings.Bytes == 0 ? "0 bytes, so nothing is kept" : Bytes(settings.Bytes))}");
        if (status.LeastRecentlyUsed is { } oldest && status.LastUsed is { } newest) to.WriteLine($"last used  {Time(oldest)} to {Time(newest)}");
    }

    private static CacheSettings Settings() => CacheSettings.FromEnvironment() ?? throw new PlimsollException("cache-nowhere", "There is no place for a layer cache: neither PLIMSOLL_CACHE nor XDG_CACHE_HOME nor HOME is set.", "Set PLIMSOLL_CACHE to a folder.");

    private static string Count(int number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {noun}{(number == 1 ? "" : "s")}");

    private static string Bytes(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):N1} MiB");

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
