using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>An OCI layout with one gzip layer of empty files, written as a stream: however many there are, none is kept.</summary>
internal static class GeneratedImage
{
    private const int FilesInFolder = 250;

    /// <returns>Bytes of the layer as a tar.</returns>
    public static long Write(string folder, int entries)
    {
        var layer = Path.Combine(folder, "layer");
        string diffId;
        using (var file = File.Create(layer, 1 << 20))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            var piece = new byte[512 * 512];
            for (var n = 0; n < entries;)
            {
                var count = Math.Min(512, entries - n);
                for (var i = 0; i < count; i++, n++) Header(piece.AsSpan(i * 512, 512), n);
                Add(piece.AsSpan(0, count * 512));
            }
            Add(new byte[1024]);
            diffId = Convert.ToHexStringLower(hash.GetHashAndReset());

            void Add(ReadOnlySpan<byte> bytes)
            {
                gzip.Write(bytes);
                hash.AppendData(bytes);
            }
        }
        Directory.CreateDirectory(Path.Combine(folder, "blobs/sha256"));
        string digest;
        using (var file = File.OpenRead(layer)) digest = Convert.ToHexStringLower(SHA256.HashData(file));
        var size = new FileInfo(layer).Length;
        File.Move(layer, Path.Combine(folder, "blobs/sha256", digest));
        var config = Blob($$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:{{{diffId}}}"]}}""");
        var manifest = Blob($$$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",{{{config}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:{{{digest}}}","size":{{{size}}}}]}""");
        File.WriteAllText(Path.Combine(folder, "index.json"), $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",{{{manifest}}}}]}""");
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        return 512L * entries + 1024;

        string Blob(string json)
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            var hex = Convert.ToHexStringLower(SHA256.HashData(bytes));
            File.WriteAllBytes(Path.Combine(folder, "blobs/sha256", hex), bytes);
            return $"\"digest\":\"sha256:{hex}\",\"size\":{bytes.Length}";
        }
    }

    /// <summary>A header of the ustar format (POSIX.1-2001, pax).</summary>
    private static void Header(Span<byte> block, int n)
    {
        block.Clear();
        Encoding.ASCII.GetBytes($"usr/share/folder-{n / FilesInFolder:d6}/file-{n:d7}.txt", block);
        "0000644\0"u8.CopyTo(block[100..]);
        "0000000\0"u8.CopyTo(block[108..]);
        "0000000\0"u8.CopyTo(block[116..]);
        "00000000000\0"u8.CopyTo(block[124..]);
        "14000000000\0"u8.CopyTo(block[136..]);
        block[156] = (byte)'0';
        "ustar\000"u8.CopyTo(block[257..]);
        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in block) sum += b;
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0", block[148..]);
    }
}
