using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers;

/// <summary>A range of an open file: a blob of a layout, or an entry of a plain archive.</summary>
internal sealed record Blob(SafeFileHandle File, long Offset, long Length, string Name)
{
    public const int ReadSize = 256 * 1024;

    /// <summary>Set while its bytes still come in: reading then waits for them.</summary>
    public IArrival? Arrival { get; init; }

    public int Read(Span<byte> buffer, long position)
    {
        var room = Math.Min(buffer.Length, Length - position);
        if (Arrival is not null && room > 0) room = Math.Min(room, Arrival.Await(position + room) - position);
        return room <= 0 ? 0 : Native.ReadAt(File, buffer[..(int)room], Offset + position);
    }

    public byte[] ReadAll(int limit)
    {
        if (Length > limit) throw new UnreadableException(Core.Results.ProblemKind.LimitReached, $"`{Name}` has {Length:N0} bytes, more than the {limit:N0} that are read of its kind");
        var bytes = new byte[Length];
        for (var read = 0; read < bytes.Length;)
        {
            var got = Read(bytes.AsSpan(read), read);
            if (got == 0) throw new UnreadableException(Core.Results.ProblemKind.Truncated, $"`{Name}` ends after {read:N0} of {Length:N0} bytes");
            read += got;
        }
        return bytes;
    }

    public Stream Open() => new SliceStream(File, Offset, Length);
}

/// <summary>How much of a blob is there yet.</summary>
internal interface IArrival
{
    /// <summary>Waits until so many bytes are there, or it is certain that no more come.</summary>
    /// <returns>How many there are.</returns>
    long Await(long bytes);

    /// <summary>Says that the bytes are not needed as far as is known; waiting for them brings them all the same.</summary>
    void Decline();
}

/// <summary>A seekable view of a range of a file; several may stand on one handle.</summary>
internal sealed class SliceStream(SafeFileHandle file, long start, long length, IDisposable? owned = null) : SeekableStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        var room = Math.Min(buffer.Length, Length - Position);
        if (room <= 0) return 0;
        var read = Native.ReadAt(file, buffer[..(int)room], start + Position);
        Position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) owned?.Dispose();
        base.Dispose(disposing);
    }
}
