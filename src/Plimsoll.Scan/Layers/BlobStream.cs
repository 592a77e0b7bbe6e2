namespace Plimsoll.Scan.Layers;

/// <summary>
/// A blob read once from start to end in large pieces, each hashed as it comes: decompressors ask for 8 KiB at a
/// time, which would be a system call each. Hashing has a thread of its own, so that inflating does not wait for it.
/// </summary>
internal sealed class BlobStream : ForwardStream
{
    private readonly Blob blob;
    private readonly ScanProgress? progress;
    private readonly Handover? toHash;
    private readonly Thread? hashing;
    private byte[] buffer = [];
    private int start;
    private int end;

    /// <param name="check">Null where nothing is to be hashed.</param>
    /// <param name="toHash">Used to hand the pieces over to the thread that hashes.</param>
    public BlobStream(Blob blob, DigestCheck? check, Handover toHash, ScanProgress? progress)
        : this(blob, progress)
    {
        if (check is null) return;
        toHash.Restart();
        this.toHash = toHash;
        hashing = new Thread(() => Hash(check, toHash)) { Name = "hash", IsBackground = true };
        hashing.Start();
    }

    public BlobStream(Blob blob, ScanProgress? progress)
    {
        this.blob = blob;
        this.progress = progress;
    }

    /// <summary>Bytes taken from the blob so far.</summary>
    public long Taken { get; private set; }

    /// <summary>Takes what is left and waits until all of it is hashed.</summary>
    public void Drain()
    {
        while (Fill()) start = end;
        StopHashing();
    }

    public override int Read(Span<byte> to)
    {
        if (to.IsEmpty || (start == end && !Fill())) return 0;
        var count = Math.Min(to.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(to);
        start += count;
        return count;
    }

    /// <summary>The buffer is read here while it is hashed there; it comes back only when both are done with it.</summary>
    private bool Fill()
    {
        buffer = toHash?.ToFill() ?? (buffer.Length > 0 ? buffer : GC.AllocateUninitializedArray<byte>(Handover.BufferSize));
        start = 0;
        end = blob.Read(buffer, Taken);
        Taken += end;
        progress?.Advance(end);
        if (end > 0) toHash?.Fill(end);
        return end > 0;
    }

    private static void Hash(DigestCheck check, Handover from)
    {
        for (var piece = from.Take(); !piece.IsEmpty; piece = from.Take())
        {
            check.Append(piece);
            from.Release();
        }
    }

    private void StopHashing()
    {
        toHash?.End();
        hashing?.Join();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) StopHashing();
        base.Dispose(disposing);
    }
}
