using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers.Cache;

/// <summary>
/// What the archive of an image holds beside its layers: manifest and configuration, each a named blob, and the names and
/// sizes of the layers. A file of the cache: a mark, the key, length and checksum of the rest; then for each blob its name,
/// its size, and its bytes unless it is a layer.
/// </summary>
internal sealed class KeptImage : IDisposable
{
    private const int HeaderSize = 48;

    /// <summary>Bytes of all descriptions of an image: a manifest and a configuration of the greatest size that is read.</summary>
    private const int MostBytes = 16 << 20;

    private static ReadOnlySpan<byte> Mark => "PLIMIMAG"u8;

    private readonly SafeFileHandle file;
    private readonly Dictionary<string, (long Offset, long Size)> blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> layers = new(StringComparer.Ordinal);

    private KeptImage(SafeFileHandle file) => this.file = file;

    public static byte[] Describe(IEnumerable<(string Name, byte[] Bytes)> blobs, IEnumerable<(string Name, long Size)> layers)
    {
        using var to = new MemoryStream();
        using var writer = new BinaryWriter(to, Encoding.UTF8);
        foreach (var (name, bytes) in blobs)
        {
            writer.Write(false);
            writer.Write(name);
            writer.Write((long)bytes.Length);
            writer.Write(bytes);
        }
        foreach (var (name, size) in layers)
        {
            writer.Write(true);
            writer.Write(name);
            writer.Write(size);
        }
        return to.ToArray();
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(CacheFolder folder, byte[] key, byte[] description)
    {
        if (description.Length > MostBytes) return; // No real image comes near; this one is read each time.
        using var unfinished = folder.Begin();
        var header = new byte[HeaderSize];
        Mark.CopyTo(header);
        key.CopyTo(header, 8);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), description.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(44), Checksum.Of(description));
        RandomAccess.Write(unfinished.Handle, header, 0);
        RandomAccess.Write(unfinished.Handle, description, HeaderSize);
        unfinished.Finish(LayerKey.ImageFile(key));
    }

    /// <summary>Takes over the file.</summary>
    /// <returns>Null when it is damaged.</returns>
    public static KeptImage? Open(SafeFileHandle file, byte[] key)
    {
        var image = new KeptImage(file);
        try
        {
            if (image.Read(key)) return image;
        }
        catch (IOException)
        {
            // The disk cannot read it, or it ends early: the image is asked for again.
        }
        file.Dispose();
        return null;
    }

    private bool Read(byte[] key)
    {
        var length = RandomAccess.GetLength(file) - HeaderSize;
        if (length is < 0 or > MostBytes) return false;
        var bytes = new Blob(file, 0, HeaderSize + length, "").ReadAll(HeaderSize + MostBytes);
        if (!bytes.AsSpan().StartsWith(Mark) || !bytes.AsSpan(8, key.Length).SequenceEqual(key) || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40)) != length) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(44)) != Checksum.Of(bytes.AsSpan(HeaderSize))) return false;
        using var reader = new BinaryReader(new MemoryStream(bytes, HeaderSize, (int)length), Encoding.UTF8);
        while (reader.BaseStream.Position < length)
        {
            var isLayer = reader.ReadBoolean();
            var (name, size) = (reader.ReadString(), reader.ReadInt64());
            if (isLayer)
            {
                layers[name] = size;
                continue; // Layers have files of their own.
            }
            blobs[name] = (HeaderSize + reader.BaseStream.Position, size);
            reader.BaseStream.Position += size;
        }
        return true;
    }

    public Blob? Find(string name) => blobs.TryGetValue(name, out var at) ? new Blob(file, at.Offset, at.Size, name) : null;

    /// <summary>Bytes of a layer; null when the image has none of that name.</summary>
    public long? LayerSize(string name) => layers.TryGetValue(name, out var size) ? size : null;

    public void Dispose() => file.Dispose();
}
