using System.Runtime.InteropServices;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>Stands before a layer's sink and writes down what passes, so that it can be replayed without the layer.</summary>
/// <param name="isPlain">Whether contents stay where they are in the blob, so that the wanted ones have to be noted here.</param>
internal sealed class LayerRecorder(LayerSink sink, FileTree tree, FileIndex wanted, bool isPlain, CacheFolder.UnfinishedFile file) : ITarSink, IDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly EntryCodec.Writer writer = new();
    private readonly List<byte> buffer = new(FlushAt + 1024);
    private readonly Dictionary<long, (long Place, long Size)> contents = [];
    private TarEntry? last;
    private int lastIndex;

    public CacheFolder.UnfinishedFile File => file;
    public bool IsPlain => isPlain;
    public long EntriesLength { get; private set; }
    public uint EntriesChecksum { get; private set; } = Checksum.Start;

    /// <summary>Why nothing is recorded any more; null while all is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Sparse files are put together from a map that is not recorded.</summary>
    public bool HasSparse { get; private set; }

    /// <summary>Contents that are worth keeping, by their offset in the tar: where they are in the spool, or in the blob of a plain layer.</summary>
    public Dictionary<long, (long Place, long Size)> Contents => contents;

    public bool Entry(TarEntry entry)
    {
        EndEntry();
        var isWanted = sink.Entry(entry);
        if (Failure is not null) return isWanted;
        HasSparse |= entry.IsSparse;
        writer.Write(buffer, entry);
        (last, lastIndex) = (entry, sink.EntryIndex);
        return isWanted;
    }

    public bool Content(ReadOnlySpan<byte> piece) => sink.Content(piece);

    public void EndContent() => sink.EndContent();

    /// <summary>Writes what is left.</summary>
    public void Finish()
    {
        EndEntry();
        Flush();
    }

    /// <summary>What is known of an entry only when its content has passed.</summary>
    private void EndEntry()
    {
        if (last is null) return;
        var magic = Magic.Unknown;
        if (lastIndex != FileTree.None)
            lock (tree.Gate)
            {
                ref var at = ref tree.EntryAt(lastIndex);
                magic = at.Magic;
                if ((at.Mode & FileType.Mask) == FileType.File)
                {
                    if (at.Place == ContentPlace.Spool) contents[last.Offset] = (at.Offset, at.Size);
                    else if (isPlain && wanted.Wants(last.Path.AsSpan().TrimStart("./"u8))) contents[last.Offset] = (last.Offset, at.Size);
                }
            }
        buffer.Add((byte)magic);
        last = null;
        if (buffer.Count >= FlushAt) Flush();
    }

    private void Flush()
    {
        if (Failure is not null) return;
        var bytes = CollectionsMarshal.AsSpan(buffer);
        try
        {
            RandomAccess.Write(file.Handle, bytes, LayerFormat.HeaderSize + EntriesLength);
            EntriesLength += bytes.Length;
            EntriesChecksum = Checksum.Append(EntriesChecksum, bytes);
        }
        catch (IOException failed)
        {
            Failure = failed.Message.TrimEnd('.');
        }
        buffer.Clear();
    }

    public void Dispose() => file.Dispose();
}
