using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// A private file on disk, unlinked as soon as it is open, for content of compressed input that may be read again.
/// Space is reserved first and written by any thread; the bound holds for all of it.
/// </summary>
internal sealed class Spool(long limit) : IDisposable
{
    private readonly Lock gate = new();
    private FileStream? file;
    private long reserved;

    public SafeFileHandle Handle
    {
        get
        {
            lock (gate) return (file ??= CreateFile()).SafeFileHandle;
        }
    }

    /// <summary>Takes room for a file.</summary>
    /// <returns>Its offset, or -1 when the bound is reached.</returns>
    public long Reserve(long bytes)
    {
        lock (gate)
        {
            if (bytes > limit - reserved) return -1;
            var offset = reserved;
            reserved += bytes;
            return offset;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(Handle, bytes, offset);

    public void Dispose() => file?.Dispose();

    /// <summary>A private file without a name: it is gone when it is closed, however the program ends.</summary>
    public static FileStream CreateFile()
    {
        // /tmp is often memory; /var/tmp is disk by the Filesystem Hierarchy Standard.
        var folder = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } set ? set
            : Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
        var path = Path.Combine(folder, $"plimsoll-{Path.GetRandomFileName()}");
        var created = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
        return created;
    }
}
