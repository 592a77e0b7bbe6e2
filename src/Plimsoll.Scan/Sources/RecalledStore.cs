using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// An archive that an earlier scan had, known by its manifest, its configuration and the sizes of its layers. The archive
/// itself is had again only when a byte of a layer is needed after all.
/// </summary>
internal sealed class RecalledStore(KeptImage image, string display, Func<ArchiveStore> receive) : IBlobStore
{
    private readonly Spool spool = new(long.MaxValue); // What is written was in the archive, which has the bound.
    private readonly Lock gate = new();
    private ArchiveStore? archive;

    /// <summary>The image as it was, when all of its layers are in the cache.</summary>
    public static ResolvedImage? Resolve(KeptImage kept, Target target, Platform? platform, Limits limits, LayerCache cache, ProblemLog problems, Func<ArchiveStore> receive)
    {
        var resolved = Resolution.ReadLayout(new RecalledStore(kept, target.Path, receive), target, platform, limits, problems);
        if (resolved.Layers.All(layer => cache.Find(layer.Layer) is not null)) return resolved;
        resolved.Dispose();
        return null;
    }

    /// <summary>What has to be kept of an archive so that <see cref="Resolve"/> can make the same of it.</summary>
    public static byte[] Describe(ArchiveStore archive, ResolvedImage resolved, Limits limits, params (string Name, byte[] Bytes)[] more)
    {
        var layers = resolved.Layers.Select(layer => layer.Blob).ToHashSet();
        return KeptImage.Describe(
            archive.Opened.Where(opened => !layers.Contains(opened.Value)).Select(opened => (opened.Key, opened.Value.ReadAll(limits.ManifestBytes))).Concat(more),
            archive.Opened.Where(opened => layers.Contains(opened.Value)).Select(opened => (opened.Key, opened.Value.Length)));
    }

    /// <summary>Marks the layers as brought here for this scan.</summary>
    public static ResolvedImage AsCopy(ResolvedImage resolved) => resolved with { Layers = [.. resolved.Layers.Select(layer => layer with { IsCopy = true })] };

    public string Display => display;
    public string? Truncated => null;

    public Blob? Open(string name) => image.Find(name);

    public Blob? OpenLayer(Layer layer, string name)
    {
        if (image.LayerSize(name) is not { } size) return null;
        var offset = spool.Reserve(size);
        return new Blob(spool.Handle, offset, size, name) { Arrival = new Late(this, name, offset) };
    }

    /// <returns>How many bytes of a layer there are.</returns>
    private long Receive(string name, long offset)
    {
        try
        {
            if ((archive ??= receive()).Open(name) is not { } blob) return 0;
            var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
            var position = 0L;
            for (; blob.Read(buffer, position) is > 0 and var read; position += read) spool.Write(offset + position, buffer.AsSpan(0, read));
            return position;
        }
        catch (Exception failed) when (failed is PlimsollException or IOException)
        {
            throw new UnreadableException(ProblemKind.Unreadable, $"its layer cannot be had again: {failed.Message.TrimEnd('.')}");
        }
    }

    public void Dispose()
    {
        image.Dispose();
        archive?.Dispose();
        spool.Dispose();
    }

    private sealed class Late(RecalledStore store, string name, long offset) : IArrival
    {
        private long? arrived;

        public long Await(long bytes)
        {
            lock (store.gate) return arrived ??= store.Receive(name, offset);
        }

        public void Decline()
        {
            // Nothing comes unless it is waited for.
        }
    }
}
