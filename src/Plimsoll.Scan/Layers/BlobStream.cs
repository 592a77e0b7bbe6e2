namespace Plimsoll.Scan.Layers;

/// <summary>
/// A blob read once from start to end in large pieces, each hashed as it comes: decompressors ask for 8 KiB at a
/// time, which would be a system call each.
/// </summary>
internal sealed class BlobStream(Blob blob, DigestCheck? check, ScanProgress? progress) : Stream
{
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
    private int start;
    private int end;

    /// <summary>Bytes taken from the blob so far.</summary>
    public long Taken { get; private set; }

    /// <summary>The next piece, as large as one read gives; empty at the end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (start == end && !Fill()) return default;
        var piece = buffer.AsSpan(start, end - start);
        start = end;
        return piece;
    }

    /// <summary>Takes what is left, for the digest.</summary>
    public void Drain()
    {
        while (!Next().IsEmpty)
        {
        }
    }

    public override int Read(Span<byte> to)
    {
        if (to.IsEmpty || (start == end && !Fill())) return 0;
        var count = Math.Min(to.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(to);
        start += count;
        return count;
    }

    private bool Fill()
    {
        start = 0;
        end = blob.Read(buffer, Taken);
        Taken += end;
        progress?.Advance(end);
        check?.Append(buffer.AsSpan(0, end));
        return end > 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
