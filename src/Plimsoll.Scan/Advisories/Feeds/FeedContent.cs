using System.Buffers.Binary;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Content of published files, inflated where gzip or zstd is told by their first bytes.</summary>
internal static class FeedContent
{
    /// <summary>
    /// Lends the content to <paramref name="read"/>. Gzip that breaks off ends as if it were whole, so its length is
    /// compared with the one that stands at its end (RFC 1952, 2.3.1: of the last member, modulo 2^32).
    /// </summary>
    /// <exception cref="UnreadableException">It cannot be read to its end, or is cut.</exception>
    public static void Read(FeedFile file, Action<Stream> read)
    {
        try
        {
            using var source = file.Open();
            Span<byte> start = stackalloc byte[Compressions.MagicLength];
            start = start[..source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            source.Position = 0;
            var compression = Compressions.Of(start);
            if (compression == Compression.None)
            {
                read(source);
                return;
            }
            using var buffered = new BufferedStream(source, 64 << 10);
            using var inflated = Compressions.Inflate(compression, buffered);
            using var content = new CountedStream(inflated);
            read(content);
            if (compression == Compression.Gzip && content.AtEnd && Length(source) is var length && length != (uint)content.Count)
                throw new UnreadableException(ProblemKind.Truncated, $"expected {length:N0} bytes of content, as its end says, but it has {content.Count:N0}: it is cut, or damaged");
        }
        catch (Exception failed) when (Compressions.IsCorruption(failed))
        {
            throw new UnreadableException(ProblemKind.Malformed, $"its compressed bytes are damaged: {failed.Message.TrimEnd('.')}");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableException(ProblemKind.Unreadable, $"it cannot be read: {failed.Message.TrimEnd('.')}");
        }
    }

    private static uint Length(Stream gzip)
    {
        Span<byte> length = stackalloc byte[4];
        if (gzip.Length < length.Length) return 0;
        gzip.Position = gzip.Length - length.Length;
        gzip.ReadExactly(length);
        return BinaryPrimitives.ReadUInt32LittleEndian(length);
    }
}
