using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers.Cache;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Reads each layer once: its bytes are hashed, inflated, hashed again for the diffID and walked as a tar in one
/// pass. A compressed layer has one thread inflating, one hashing the blob, and one hashing and walking the tar; as many
/// layers as there are processors are read at a time.
/// </summary>
internal sealed class LayerReader(IReadOnlyList<LayerBlob> layers, FileTree tree, FileIndex wanted, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
{
    /// <summary>Layers read at the same time. More help only with more processors, and each costs a MiB.</summary>
    private static readonly int Parallel = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Inflated bytes below which the ratio of a layer is not judged.</summary>
    private const long RatioGrace = 64L << 20;

    public ImageFiles Read()
    {
        progress?.Begin("reading layers", layers.Sum(layer => layer.Blob.Length));
        cache?.Begin(layers);
        var content = new LayerContent(layers, new Spool(limits.SpoolBytes), cache);
        var queue = new Queue<LayerBlob>(layers.OrderByDescending(layer => layer.Blob.Length)); // The largest first: nothing long is left for the end.
        var workers = new Thread[Math.Min(Parallel, layers.Count) - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work) { Name = "layer", IsBackground = true };
            workers[i].Start();
        }
        Work();
        foreach (var worker in workers) worker.Join();
        content.SniffSparse(tree, problems);
        tree.Seal();
        return new ImageFiles(tree, content, hasLayers: true);

        void Work()
        {
            var buffers = new Buffers(new Handover(), new Handover());
            while (true)
            {
                LayerBlob? next;
                lock (queue)
                    if (!queue.TryDequeue(out next)) return;
                ReadOne(next, content, buffers);
            }
        }
    }

    /// <summary>What one worker uses for layer after layer.</summary>
    /// <param name="Blob">From the thread that inflates to the one that hashes the blob.</param>
    /// <param name="Tar">From the thread that inflates to the worker.</param>
    private readonly record struct Buffers(Handover Blob, Handover Tar);

    private void ReadOne(LayerBlob layer, LayerContent content, Buffers buffers)
    {
        var where = layer.Layer.Name;
        try
        {
            if (cache?.Replay(layer, NewSink(null), tree, progress) == true) return;
            var compression = Compressions.Of(layer.Blob);
            var sink = NewSink(compression == Compression.None ? null : content.Spool);
            var scanner = new TarScanner(cache?.Record(layer, compression, sink, tree) ?? sink, limits);
            var isShort = layer.Blob.Length < layer.Layer.Size;
            if (isShort) problems.Report(ProblemKind.Truncated, where, $"its blob ends after {layer.Blob.Length:N0} of {layer.Layer.Size:N0} bytes; what is behind was not read");
            else if (layer.Blob.Length > layer.Layer.Size) problems.Report(ProblemKind.Mismatch, where, $"its blob is declared with {layer.Layer.Size:N0} bytes but has {layer.Blob.Length:N0}");
            if (compression == Compression.None) ReadPlain(layer, scanner, where, isShort);
            else ReadCompressed(layer, compression, scanner, buffers, where, isShort);
        }
        catch (IOException failed)
        {
            problems.Report(ProblemKind.Unreadable, where, $"reading it failed: {failed.Message}");
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            problems.Report(ProblemKind.Crashed, where, $"reading it failed, which is a bug of Plimsoll: {crash.GetType().Name}: {crash.Message}");
        }

        LayerSink NewSink(Spool? spool) => new(tree, (short)layer.Layer.Index, wanted, spool, content, limits, problems, where);
    }

    private void ReadPlain(LayerBlob layer, TarScanner scanner, string where, bool isShort)
    {
        using var blobCheck = DigestCheck.Of(layer.Layer.Digest);
        using var diffCheck = layer.Layer.DiffId == layer.Layer.Digest ? null : DigestCheck.Of(layer.Layer.DiffId);
        var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
        for (var position = 0L; layer.Blob.Read(buffer, position) is > 0 and var read; position += read)
        {
            blobCheck?.Append(buffer.AsSpan(0, read));
            diffCheck?.Append(buffer.AsSpan(0, read));
            scanner.Feed(buffer.AsSpan(0, read));
            progress?.Advance(read);
        }
        scanner.Complete();
        if (scanner.Failure is { } failure && !(isShort && failure.Fault == TarFault.Truncated)) Report(failure, where);
        if (!isShort) Verify(blobCheck, diffCheck, where);
    }

    private void ReadCompressed(LayerBlob layer, Compression compression, TarScanner scanner, Buffers buffers, string where, bool isShort)
    {
        using var blobCheck = DigestCheck.Of(layer.Layer.Digest);
        using var diffCheck = DigestCheck.Of(layer.Layer.DiffId);
        var handover = buffers.Tar;
        handover.Restart();
        var inflation = Inflation.Unread;
        var inflating = new Thread(() => inflation = Inflate(layer, compression, blobCheck, buffers, where)) { Name = "inflate", IsBackground = true };
        inflating.Start();
        try
        {
            for (var piece = handover.Take(); !piece.IsEmpty; piece = handover.Take())
            {
                diffCheck?.Append(piece);
                scanner.Feed(piece);
                handover.Release();
            }
        }
        finally
        {
            handover.Abandon();
            inflating.Join();
        }
        scanner.Complete();
        if (scanner.Failure is { } failure && !((isShort || inflation != Inflation.Whole) && failure.Fault == TarFault.Truncated)) Report(failure, where);
        if (isShort) return; // Then the digests cannot match, which says nothing new.
        if (inflation != Inflation.Unread) Verify(blobCheck, inflation == Inflation.Whole ? diffCheck : null, where);
    }

    private enum Inflation
    {
        /// <summary>The blob was not read to its end, so its digest is not known.</summary>
        Unread,

        /// <summary>The blob was read, but not all of it was inflated: it is corrupt or beyond a limit.</summary>
        Stopped,
        Whole,
    }

    /// <summary>Runs on a thread of its own, so it lets no exception out.</summary>
    private Inflation Inflate(LayerBlob layer, Compression compression, DigestCheck? blobCheck, Buffers buffers, string where)
    {
        var handover = buffers.Tar;
        var inflatedBytes = 0L;
        using var source = new BlobStream(layer.Blob, blobCheck, buffers.Blob, progress);
        try
        {
            var whole = true;
            using (var inflated = Compressions.Inflate(compression, source))
                while (whole && handover.ToFill() is { } buffer)
                {
                    var read = 0;
                    try
                    {
                        for (var got = -1; got != 0 && read < buffer.Length; read += got) got = inflated.Read(buffer, read, buffer.Length - read);
                    }
                    finally
                    {
                        // What was inflated before a fault is still read.
                        inflatedBytes += read;
                        if (read > 0) handover.Fill(read);
                    }
                    if (read == 0) break;
                    whole = !IsOverLimit(inflatedBytes, source.Taken, where);
                }
            source.Drain();
            return whole ? Inflation.Whole : Inflation.Stopped;
        }
        catch (Exception thrown) when (Compressions.IsCorruption(thrown))
        {
            problems.Report(ProblemKind.Malformed, where, $"it cannot be inflated beyond byte {inflatedBytes:N0} of its tar: its {compression.ToString().ToLowerInvariant()} data are corrupt");
            source.Drain();
            return Inflation.Stopped;
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            problems.Report(thrown is IOException ? ProblemKind.Unreadable : ProblemKind.Crashed, where, $"inflating it failed: {thrown.Message}");
            return Inflation.Unread;
        }
        finally
        {
            handover.End();
        }
    }

    private bool IsOverLimit(long inflated, long taken, string where)
    {
        if (inflated > limits.LayerBytes)
            problems.Report(ProblemKind.LimitReached, where, $"it inflates to more than {limits.LayerBytes:N0} bytes; the rest was not read");
        else if (inflated > RatioGrace && inflated / Math.Max(taken, 1) > limits.Ratio)
            problems.Report(ProblemKind.LimitReached, where, $"it inflates to more than {limits.Ratio:N0} times its size, as no real layer does; the rest was not read");
        else return false;
        return true;
    }

    private void Verify(DigestCheck? blobCheck, DigestCheck? diffCheck, string where)
    {
        if ((blobCheck?.Difference("its blob") ?? diffCheck?.Difference("its uncompressed content (diffID)")) is { } difference)
            problems.Report(ProblemKind.Mismatch, where, difference);
    }

    private void Report(TarFailure failure, string where) => problems.Report(
        failure.Fault == TarFault.Truncated ? ProblemKind.Truncated : ProblemKind.Malformed, where, $"its tar cannot be read to the end: {failure.Message}; what is behind was not read");
}
