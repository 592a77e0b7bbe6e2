using Plimsoll.Core.Advisories;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>A temporary folder with stores in it.</summary>
internal sealed class StoreFolder : IDisposable
{
    public static readonly DateTimeOffset Fetched = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-store-").FullName;

    public static StoreHeader Source(string part) => new() { Feed = "osv", Part = part, Fetched = Fetched };

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Writes a store; every advisory must be taken.</summary>
    public string Write(string part, IEnumerable<Advisory> advisories, int runBytes = ExternalSort.DefaultRun, string? file = null)
    {
        var path = PathOf(file ?? part + ".advisories");
        using var writer = new AdvisoryStoreWriter(path, Source(part), runBytes);
        foreach (var advisory in advisories) Assert.Null(writer.Add(advisory));
        writer.Complete(unread: 0);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
