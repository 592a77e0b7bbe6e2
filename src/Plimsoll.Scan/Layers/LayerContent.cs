using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers.Cache;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Content of layers, read again at random: plain layers by offset, wanted files of compressed ones from the spool,
/// those of kept layers from the
/// cache, any other by inflating its layer up to it once more and spooling it then.
/// </summary>
internal sealed class LayerContent(IReadOnlyList<LayerBlob> layers, Spool spool, LayerCache? cache = null) : IContentReader
{
    /// <summary>Pairs of all sparse maps together, 16 bytes each: 16 MiB.</summary>
    private const int MaxPairs = 1 << 20;

    private readonly Dictionary<int, SparseFile> sparse = [];
    private readonly Lock gate = new();
    private long pairs;

    public Spool Spool => spool;

    /// <param name="StoredSize">Bytes in the archive.</param>
    /// <param name="Map">Null when the map stands in front of the content.</param>
    private sealed record SparseFile(long StoredSize, List<(long Offset, long Length)>? Map)
    {
        public bool Spooled { get; init; }
        public bool TooLong { get; init; }
    }

    /// <summary>Keeps how a sparse file is stored. Maps are kept up to a bound for the whole image; a file beyond it cannot be opened.</summary>
    public void AddSparse(int entry, TarEntry from)
    {
        lock (gate)
        {
            pairs += from.SparseMap?.Count ?? 0;
            sparse[entry] = pairs > MaxPairs
                ? new SparseFile(from.StoredSize, null) { TooLong = true }
                : new SparseFile(from.StoredSize, from.SparseMap);
        }
    }

    /// <summary>Looks at the first bytes of executable sparse files whose archive begins with their map or a hole.</summary>
    public void SniffSparse(FileTree tree, ProblemLog problems)
    {
        var head = new byte[4];
        foreach (var index in sparse.Keys.ToList())
        {
            ref var entry = ref tree.EntryAt(index);
            if (entry.Magic != Magic.Unknown || (entry.Mode & 0x49) == 0) continue; // Known already, or no program.
            try
            {
                using var stream = OpenSparse(index, ref entry);
                entry.Magic = Names.MagicOf(head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
            }
            catch (UnreadableException unreadable)
            {
                problems.Report(unreadable.Kind, LayerOf(entry.Layer).Layer.Name, $"whether a sparse file is a program is not known: {unreadable.Message}");
            }
        }
    }

    public Stream Open(FileTree tree, int node, int entry)
    {
        lock (gate)
        {
            ref var at = ref tree.EntryAt(entry);
            if (at.Place == ContentPlace.Sparse) return OpenSparse(entry, ref at);
            if (at.Place == ContentPlace.Compressed)
            {
                if (cache?.TryOpen(at.Layer, at.Offset, at.Size) is { } kept) return kept;
                at.Offset = Inflate(LayerOf(at.Layer), at.Offset, at.Size);
                at.Place = ContentPlace.Spool;
            }
            if (at.Place == ContentPlace.Spool) return new SliceStream(spool.Handle, at.Offset, at.Size);
            cache?.NoteOpened(at.Layer, at.Offset, at.Size);
            return OpenBlob(LayerOf(at.Layer).Blob, at.Offset, at.Size);
        }
    }

    public void Prepare(FileTree tree, IReadOnlyCollection<int> entries)
    {
        lock (gate)
            foreach (var group in entries.Where(entry => IsFar(tree, entry)).GroupBy(entry => tree.EntryAt(entry).Layer).OrderBy(group => group.Key))
            {
                var ordered = group.OrderBy(entry => tree.EntryAt(entry).Offset).ToArray();
                var ranges = ordered.Select(entry => (tree.EntryAt(entry).Offset, tree.EntryAt(entry).Size)).ToArray();
                try
                {
                    var places = Inflate(LayerOf(group.Key), ranges);
                    for (var i = 0; i < ordered.Length; i++)
                    {
                        ref var at = ref tree.EntryAt(ordered[i]);
                        (at.Offset, at.Place) = (places[i], ContentPlace.Spool);
                    }
                }
                catch (UnreadableException)
                {
                    // Opening each of them meets the same reason, and says it of that file.
                }
            }
    }

    private bool IsFar(FileTree tree, int entry)
    {
        ref var at = ref tree.EntryAt(entry);
        return at.Place == ContentPlace.Compressed && cache?.Has(at.Layer, at.Offset) != true;
    }

    /// <summary>By its number in the image, in which a layer without blob counts too.</summary>
    private LayerBlob LayerOf(short index) => layers[index].Layer.Index == index ? layers[index] : layers.First(layer => layer.Layer.Index == index);

    private SparseStream OpenSparse(int entry, ref FileTree.Entry at)
    {
        var file = sparse[entry];
        if (file.TooLong) throw new UnreadableException(ProblemKind.LimitReached, $"the sparse files of the image have more than {MaxPairs:N0} pieces together");
        var layer = LayerOf(at.Layer);
        if (!file.Spooled && Compressions.Of(layer.Blob) != Compression.None)
        {
            at.Offset = Inflate(layer, at.Offset, file.StoredSize);
            sparse[entry] = file = file with { Spooled = true };
        }
        var stored = file.Spooled ? new SliceStream(spool.Handle, at.Offset, file.StoredSize) : OpenBlob(layer.Blob, at.Offset, file.StoredSize);
        var whole = file.Map is null ? SparseStream.FromContent(stored, at.Size) : new SparseStream(stored, file.Map, 0, at.Size);
        return whole ?? throw new UnreadableException(ProblemKind.Malformed, "it is a sparse file whose map is not made of decimal numbers, one a line");
    }

    private static SliceStream OpenBlob(Blob blob, long offset, long size)
    {
        if (offset + size > blob.Length) throw new UnreadableException(ProblemKind.Truncated, "its layer ends before its content does");
        return new SliceStream(blob.File, blob.Offset + offset, size);
    }

    /// <summary>Brings a range of a layer's tar into the spool.</summary>
    /// <returns>Where it is there.</returns>
    private long Inflate(LayerBlob layer, long offset, long size) => Inflate(layer, [(offset, size)])[0];

    /// <summary>Brings ranges of a layer's tar into the spool, reading the layer once.</summary>
    /// <param name="ranges">Sorted by offset; no two overlap.</param>
    private long[] Inflate(LayerBlob layer, (long Offset, long Size)[] ranges)
    {
        if (cache?.Distrust(layer.Layer.Index) is { } difference) throw new UnreadableException(ProblemKind.Mismatch, difference);
        var to = new long[ranges.Length];
        for (var i = 0; i < ranges.Length; i++)
            if ((to[i] = spool.Reserve(ranges[i].Size)) < 0) throw new UnreadableException(ProblemKind.LimitReached, "the private space for content of compressed layers is used up");
        var buffer = new byte[Blob.ReadSize / 2];
        try
        {
            using var source = new BlobStream(layer.Blob, null);
            using var inflated = Compressions.Inflate(Compressions.Of(layer.Blob), source);
            var next = 0;
            for (long position = 0; next < ranges.Length;)
            {
                var read = ranges[next].Offset + ranges[next].Size > position ? inflated.Read(buffer) : 0;
                if (read == 0 && ranges[next].Offset + ranges[next].Size > position) throw new UnreadableException(ProblemKind.Truncated, "its layer ends before its content does");
                for (; next < ranges.Length; next++)
                {
                    var (offset, size) = ranges[next];
                    var from = (int)Math.Clamp(offset - position, 0, read);
                    var until = (int)Math.Clamp(offset + size - position, 0, read);
                    if (until > from) spool.Write(to[next] + position + from - offset, buffer.AsSpan(from, until - from));
                    if (offset + size > position + read) break;
                }
                position += read;
            }
        }
        catch (Exception thrown) when (Compressions.IsCorruption(thrown))
        {
            throw new UnreadableException(ProblemKind.Malformed, "its layer cannot be inflated up to it: the compressed data are corrupt");
        }
        for (var i = 0; i < ranges.Length; i++) cache?.Note(layer.Layer.Index, ranges[i].Offset, to[i], ranges[i].Size);
        return to;
    }

    public void Keep(ProblemLog problems, List<string> notes) => cache?.Keep(problems, spool, notes);

    public void Dispose() => spool.Dispose();
}
