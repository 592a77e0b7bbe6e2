using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan;

/// <summary>Where layers are kept between scans, and how much of them.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="Bytes">The most that is kept; 0 for no cache.</param>
/// <param name="IsChosen">Whether the user named the folder, and wants to hear when it cannot be used.</param>
public sealed record CacheSettings(string Folder, long Bytes = CacheSettings.DefaultBytes, bool IsChosen = true)
{
    /// <summary>Room for some hundred images: of a layer it is a few per cent that is kept.</summary>
    public const long DefaultBytes = 2L << 30;

    private const string FolderVariable = "PLIMSOLL_CACHE", SizeVariable = "PLIMSOLL_CACHE_SIZE";

    /// <summary>`$PLIMSOLL_CACHE`, else `$XDG_CACHE_HOME/plimsoll/layers`, else `~/.cache/plimsoll/layers` (XDG Base Directory Specification).</summary>
    /// <returns>Null where there is no such place: no home folder.</returns>
    /// <exception cref="PlimsollException">`$PLIMSOLL_CACHE_SIZE` is no size.</exception>
    public static CacheSettings? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <param name="read">Gives a variable of the environment.</param>
    internal static CacheSettings? From(Func<string, string?> read)
    {
        var bytes = read(SizeVariable) is { Length: > 0 } size ? ParseSize(size) : DefaultBytes;
        if (read(FolderVariable) is { Length: > 0 } chosen) return new CacheSettings(Path.GetFullPath(chosen), bytes);
        var caches = read("XDG_CACHE_HOME") is { } set && Path.IsPathFullyQualified(set) ? set
            : read("HOME") is { } home && Path.IsPathFullyQualified(home) ? Path.Combine(home, ".cache")
            : null;
        return caches is null ? null : new CacheSettings(Path.Combine(caches, "plimsoll", "layers"), bytes, IsChosen: false);
    }

    private static long ParseSize(string text)
    {
        var shift = char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        return long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift
            ? number << shift
            : throw new PlimsollException("arguments-invalid", $"`{text}` in {SizeVariable} is no size.", "Write a number of bytes, or one with K, M, G or T behind it; 0 for no cache.");
    }

    /// <summary>What the folder holds now.</summary>
    /// <exception cref="PlimsollException">It is there and cannot be used.</exception>
    public CacheStatus Status()
    {
        var files = Open()?.Files() ?? [];
        return new CacheStatus(files.Count, files.Sum(file => file.Bytes), files.Count == 0 ? null : files.Min(file => file.Used), files.Count == 0 ? null : files.Max(file => file.Used));
    }

    /// <summary>Removes what scans have kept.</summary>
    /// <returns>How many files went, and their bytes.</returns>
    /// <exception cref="PlimsollException">The folder is there and cannot be used.</exception>
    public (int Files, long Bytes) Clear() => Open()?.Clear() ?? default;

    private CacheFolder? Open()
    {
        var folder = CacheFolder.Open(this, create: false, out var refusal);
        return refusal is null ? folder : throw new PlimsollException("cache-unusable", $"The layer cache `{Folder}` is not used: {refusal}.", $"Give a folder of your own by {FolderVariable}, or remove this one.");
    }
}

/// <summary>What a cache holds.</summary>
/// <param name="LeastRecentlyUsed">When the file was last used that goes first; null for an empty cache.</param>
public sealed record CacheStatus(int Files, long Bytes, DateTimeOffset? LeastRecentlyUsed, DateTimeOffset? LastUsed);
