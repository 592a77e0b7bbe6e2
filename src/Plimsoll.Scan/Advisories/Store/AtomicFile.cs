using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// A file that appears whole or not at all: written beside its place, flushed to the disk, renamed. Who has the old one
/// open goes on reading the old one.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    /// <summary>Ending of what is being written; one that a killed process left behind is written over.</summary>
    public const string Partial = ".partial";

    private readonly string path;
    private bool committed;

    public AtomicFile(string path)
    {
        this.path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Stream = new FileStream(path + Partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 128 * 1024);
    }

    public FileStream Stream { get; }

    /// <param name="check">Gets the path of what was written before it takes its place, and throws when it must not.</param>
    public void Commit(Action<string>? check = null)
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        check?.Invoke(path + Partial);
        File.Move(path + Partial, path, overwrite: true);
        committed = true;
        // The new name, too, must outlive a power cut.
        using var folder = Native.OpenFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!folder.IsInvalid) RandomAccess.FlushToDisk(folder);
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!committed) File.Delete(path + Partial);
    }
}
