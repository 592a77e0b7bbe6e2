using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// Layers that earlier scans have read: their entries and the content of their wanted files, of which each was verified
/// then. A layer of the cache is neither fetched nor inflated. One that lies on this machine is still hashed, since its file
/// may have changed; that costs a tenth of inflating it. Nothing is opened before an image with layers is there.
/// </summary>
internal sealed class LayerCache(CacheSettings settings, FileIndex wanted, Limits limits) : IDisposable
{
    private readonly LayerKey keys = new(wanted, limits);
    private readonly Dictionary<string, KeptLayer?> found = new(StringComparer.Ordinal);
    private readonly Dictionary<int, State> states = [];
    private readonly List<(string Source, byte[] Description)> images = [];
    private readonly SortedSet<string> notes = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private CacheFolder? folder;
    private bool isOpened;
    private bool isRefused;
    private bool hasWritten;

    /// <summary>What this scan has of one layer.</summary>
    private sealed class State(LayerBlob layer)
    {
        public LayerBlob Layer => layer;

        /// <summary>Set when the layer came from the cache.</summary>
        public KeptLayer? Replayed { get; set; }

        /// <summary>Whether the stored blob behind a replayed layer is known to be the one of its digest.</summary>
        public bool IsVerified { get; set; }

        /// <summary>Set when the layer was read and can be kept.</summary>
        public LayerRecorder? Recorder { get; set; }

        /// <summary>Contents that this scan had to take from a replayed layer's blob, as <see cref="LayerRecorder.Contents"/>.</summary>
        public Dictionary<long, (long Place, long Size)> Added { get; } = [];
    }

    /// <summary>Null for a scan without cache.</summary>
    public static LayerCache? For(CacheSettings? settings, FileIndex wanted, Limits limits) => settings is { Bytes: > 0 } ? new LayerCache(settings, wanted, limits) : null;

    /// <summary>Looks each layer up, and tells those that are still to come and are known that they need not.</summary>
    public void Begin(IReadOnlyList<LayerBlob> layers)
    {
        foreach (var layer in layers)
        {
            states[layer.Layer.Index] = new State(layer);
            if (Find(layer.Layer) is not null) layer.Blob.Arrival?.Decline();
        }
    }

    /// <summary>The kept form of a layer; null when there is none that answers for all that is declared of it.</summary>
    public KeptLayer? Find(Core.Images.Layer layer)
    {
        if (layer.Digest is null && layer.DiffId is null) return null;
        var key = keys.Of((layer.Digest ?? layer.DiffId)!.Value);
        var name = LayerKey.LayerFile(key);
        if (!found.TryGetValue(name, out var kept)) found[name] = kept = Open(name, key);
        var fits = kept is not null && kept.Format.BlobSize == layer.Size
            && (layer.Digest is null || kept.Format.Digest == layer.Digest) && (layer.DiffId is null || kept.Format.DiffId == layer.DiffId);
        return fits ? kept : null;
    }

    private KeptLayer? Open(string name, byte[] key)
    {
        if (Folder(create: false)?.Open(name) is not { } file) return null;
        var kept = KeptLayer.Open(file, key);
        if (kept is null) Discard(name);
        return kept;
    }

    private void Discard(string name)
    {
        notes.Add("A file of the layer cache was damaged; it was discarded and what it held was read anew.");
        folder?.Remove(name);
    }

    /// <summary>Puts a layer into the tree without reading it.</summary>
    /// <returns>False when it has to be read.</returns>
    public bool Replay(LayerBlob layer, LayerSink sink, FileTree tree, ScanProgress? progress)
    {
        if (Find(layer.Layer) is not { } kept) return false;
        var state = states[layer.Layer.Index];
        if (layer.Blob.Arrival is null)
        {
            // Of a plain layer the hash is all that reading costs.
            if (layer.Blob.Length != layer.Layer.Size || Compressions.Of(layer.Blob) == Compression.None || Difference(layer) is not null) return false;
            state.IsVerified = true;
        }
        progress?.Advance(layer.Blob.Length);
        kept.Replay(sink, tree);
        state.Replayed = kept;
        return true;
    }

    /// <summary>What is to be put before the sink of a layer that is read: what records it, or the sink itself.</summary>
    public ITarSink Record(LayerBlob layer, Compression compression, LayerSink sink, FileTree tree)
    {
        var isWorthIt = compression != Compression.None || layer.IsCopy;
        if (!isWorthIt || (layer.Layer.Digest ?? layer.Layer.DiffId) is null || Find(layer.Layer) is not null) return sink;
        try
        {
            lock (gate)
                if (Folder(create: true) is not { } open) return sink;
                else return states[layer.Layer.Index].Recorder = new LayerRecorder(sink, tree, wanted, compression == Compression.None, open.Begin());
        }
        catch (IOException failed)
        {
            NoteFailure(failed.Message.TrimEnd('.'));
            return sink;
        }
    }

    public bool Has(int layer, long tarOffset) => states[layer].Replayed?.Has(tarOffset) == true;

    /// <returns>Null when the layer was read, or its kept form does not have this content.</returns>
    public Stream? TryOpen(int layer, long tarOffset, long size) => states[layer].Replayed?.TryOpen(tarOffset, size);

    /// <summary>Why the stored blob behind a replayed layer cannot be used: a sentence; null when it can.</summary>
    public string? Distrust(int layer)
    {
        var state = states[layer];
        if (state.Replayed is null || state.IsVerified) return null;
        if (Difference(state.Layer) is { } difference) return difference;
        state.IsVerified = true;
        return null;
    }

    /// <summary>Hears of content that was taken from a compressed layer's blob and is now in the spool.</summary>
    public void Note(int layer, long tarOffset, long place, long size)
    {
        var state = states[layer];
        (state.Recorder is { IsPlain: false } recorder ? recorder.Contents : state.Added)[tarOffset] = (place, size);
    }

    /// <summary>Hears of content that is read from a plain layer's blob.</summary>
    public void NoteOpened(int layer, long tarOffset, long size)
    {
        if (states[layer].Recorder is { IsPlain: true } recorder) recorder.Contents[tarOffset] = (tarOffset, size);
    }

    /// <summary>The description of an image that an earlier scan kept under this name, when all of its layers may be there.</summary>
    public KeptImage? Recall(string source)
    {
        var key = keys.Of(source);
        if (Folder(create: false)?.Open(LayerKey.ImageFile(key)) is not { } file) return null;
        var image = KeptImage.Open(file, key);
        if (image is null) Discard(LayerKey.ImageFile(key));
        return image;
    }

    public void Remember(string source, byte[] description) => images.Add((source, description));

    /// <summary>Keeps the layers of a scan that were read without a problem, and what was added to those that were kept.</summary>
    public void Keep(ProblemLog problems, Spool spool, List<string> said)
    {
        try
        {
            var written = new HashSet<string>(StringComparer.Ordinal);
            foreach (var state in states.Values)
            {
                var key = (state.Layer.Layer.Digest ?? state.Layer.Layer.DiffId) is { } digest ? keys.Of(digest) : [];
                if (problems.Names(state.Layer.Layer.Name) || (state.Recorder is null && state.Replayed is null) || !written.Add(LayerKey.LayerFile(key))) continue; // Read again next time, or kept already.
                if (state.Recorder is { } recorder) Keep(state, recorder, key, spool);
                else if (state.Added.Count > 0 || state.Replayed!.IsDamaged) Renew(state, state.Replayed!, key, spool);
            }
            if (!problems.Any && images.Count > 0 && Folder(create: true) is { } open)
                foreach (var (source, description) in images) KeptImage.Write(open, keys.Of(source), description);
            if (hasWritten) folder?.Trim();
        }
        catch (IOException failed)
        {
            NoteFailure(failed.Message.TrimEnd('.'));
        }
        said.AddRange(notes);
    }

    private void Keep(State state, LayerRecorder recorder, byte[] key, Spool spool)
    {
        recorder.Finish();
        if (recorder.Failure is not null) NoteFailure(recorder.Failure);
        if (recorder.Failure is not null || recorder.HasSparse) return;
        var writer = new LayerWriter(recorder.File, folder!.LargestFile);
        writer.Skip(recorder.EntriesLength);
        foreach (var (tarOffset, (place, size)) in recorder.Contents.OrderBy(content => content.Key))
            writer.AddContent(tarOffset, recorder.IsPlain ? state.Layer.Blob.Read : (to, offset) => Native.ReadAt(spool.Handle, to, offset), place, size, null);
        var layer = state.Layer.Layer;
        Finish(writer, recorder.File, new LayerFormat
        {
            Key = key,
            Digest = layer.Digest ?? (recorder.IsPlain ? layer.DiffId : null),
            DiffId = layer.DiffId ?? (recorder.IsPlain ? layer.Digest : null),
            BlobSize = layer.Size,
            EntriesLength = recorder.EntriesLength,
            EntriesChecksum = recorder.EntriesChecksum,
        });
    }

    /// <summary>Writes a kept layer anew: with what was added, without what was damaged.</summary>
    private void Renew(State state, KeptLayer kept, byte[] key, Spool spool)
    {
        if (kept.IsDamaged) notes.Add("A file of the layer cache was damaged; it was discarded and what it held was read anew.");
        if (Folder(create: true) is not { } open) return;
        using var file = open.Begin();
        var writer = new LayerWriter(file, open.LargestFile);
        writer.Copy(kept.ReadAt, LayerFormat.HeaderSize, kept.Format.EntriesLength);
        foreach (var content in kept.Contents)
            if (!state.Added.ContainsKey(content.TarOffset)) writer.AddContent(content.TarOffset, kept.ReadAt, content.Place, content.Size, content.Checksum);
        foreach (var (tarOffset, (place, size)) in state.Added.OrderBy(content => content.Key))
            writer.AddContent(tarOffset, (to, offset) => Native.ReadAt(spool.Handle, to, offset), place, size, null);
        Finish(writer, file, kept.Format with { Key = key });
    }

    private void Finish(LayerWriter writer, CacheFolder.UnfinishedFile file, LayerFormat header)
    {
        if (writer.IsTooLarge) return; // It would push out too much else; docs/cache.md says so.
        writer.Finish(header);
        file.Finish(LayerKey.LayerFile(header.Key));
        hasWritten = true;
    }

    private static string? Difference(LayerBlob layer)
    {
        using var check = DigestCheck.Of(layer.Layer.Digest ?? layer.Layer.DiffId)!;
        var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
        var position = 0L;
        for (; layer.Blob.Read(buffer, position) is > 0 and var read; position += read) check.Append(buffer.AsSpan(0, read));
        return position < layer.Blob.Length ? $"only {position:N0} of the {layer.Blob.Length:N0} bytes of its layer could be had" : check.Difference("its layer");
    }

    private CacheFolder? Folder(bool create)
    {
        if (folder is not null || isRefused || (isOpened && !create)) return folder;
        isOpened = true;
        folder = CacheFolder.Open(settings, create, out var refusal);
        isRefused = refusal is not null;
        if (refusal is not null && settings.IsChosen) notes.Add($"The layer cache `{settings.Folder}` was not used: {refusal}.");
        return folder;
    }

    private void NoteFailure(string reason)
    {
        lock (gate) notes.Add($"The layer cache could not be written: {reason}. The next scan reads the layers again.");
    }

    public void Dispose()
    {
        foreach (var kept in found.Values) kept?.Dispose();
        foreach (var state in states.Values) state.Recorder?.Dispose();
    }
}
