using Microsoft.Win32.SafeHandles;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>The bytes of a store. The file may be replaced meanwhile: what is open stays as it was.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly SafeFileHandle handle;

    public StoreFile(string path)
    {
        // Sharing everything takes no lock: the file is never written in place.
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Length = RandomAccess.GetLength(handle);
    }

    public long Length { get; }

    /// <exception cref="DamagedException">The file ends before.</exception>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    public void Read(long offset, Span<byte> to)
    {
        if (offset < 0 || to.Length > Length - offset) throw new DamagedException("it ends before what it refers to");
        while (!to.IsEmpty)
        {
            var read = Native.ReadAt(handle, to, offset);
            if (read == 0) throw new DamagedException("it became shorter while it was read");
            offset += read;
            to = to[read..];
        }
    }

    public byte[] Read(Table table)
    {
        // Tables have some 40 bytes for each block of 4 KiB: half a GiB is the table of a file of 50.
        if (table.Place.Length > 512 << 20) throw new DamagedException("a table is longer than any");
        var bytes = Read(table.Place.Offset, (int)table.Place.Length);
        return StoreFormat.Checksum(bytes, table.Place.Offset) == table.Checksum ? bytes : throw new DamagedException("a table does not match its checksum");
    }

    public void Dispose() => handle.Dispose();
}
