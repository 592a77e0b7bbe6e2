using ZstdSharp;

namespace Plimsoll.Scan.Layers;

/// <summary>How a blob is compressed: told by its first bytes, never by its name or media type.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstd,
}

internal static class Compressions
{
    /// <summary>
    /// Largest window of a zstd frame that is accepted, as a power of two. 128 MiB is what every decoder must take with
    /// `--long` (RFC 8878, 3.1.1.1.2 recommends at least 8 MiB).
    /// </summary>
    private const int ZstdWindowLog = 27;

    /// <summary>Bytes that <see cref="Of"/> needs.</summary>
    public const int MagicLength = 4;

    public static Compression Of(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0x1F, 0x8B]) ? Compression.Gzip // RFC 1952, 2.3.1
        : start.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) || IsSkippableFrame(start) ? Compression.Zstd // RFC 8878, 3.1
        : Compression.None;

    public static Compression Of(Blob blob)
    {
        Span<byte> start = stackalloc byte[MagicLength];
        return Of(start[..blob.Read(start, 0)]);
    }

    /// <summary>The uncompressed bytes. Corrupt input throws; gzip that ends early does not, so what comes out must be verified. The source stays open.</summary>
    public static Stream Inflate(Compression compression, Stream source)
    {
        if (compression == Compression.Gzip) return new Gunzip(source);
        if (compression == Compression.None) return source;
        var zstd = new DecompressionStream(source, checkEndOfStream: true, leaveOpen: true);
        zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLog);
        return zstd;
    }

    /// <summary>Whether an exception of <see cref="Inflate"/> means bad input and not a bug.</summary>
    public static bool IsCorruption(Exception thrown) => thrown is InvalidDataException or ZstdException or EndOfStreamException;

    private static bool IsSkippableFrame(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && (start[0] & 0xF0) == 0x50 && start[1..4].SequenceEqual<byte>([0x2A, 0x4D, 0x18]);
}
