using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// A file that holds the headers of all installed packages. Readers trust nothing in it: each page is used once at
/// most, so that work and memory are bounded by the size of the file whatever its pointers say.
/// </summary>
internal abstract class RpmDatabase(Stream stream, string path, Findings found)
{
    /// <summary>Bytes of one header: rpm's own bound is 256 MiB, the longest of Fedora (a texlive collection, kernel sources) have some 20.</summary>
    protected const int MaxBlob = 64 << 20;

    /// <summary>Bytes read at once: pages of one header mostly follow each other, and other tables stand between those of two.</summary>
    private const int WindowSize = 16 * 1024;

    private readonly byte[] window = GC.AllocateUninitializedArray<byte>(WindowSize);
    private long windowStart;
    private int windowLength;
    private byte[] blob = [];

    protected long Length { get; } = stream.Length;

    /// <summary>The headers in the order of the file. The memory is valid until the next one.</summary>
    public abstract IEnumerable<(long Offset, ReadOnlyMemory<byte> Header)> Headers();

    /// <returns>False, and nothing read, when the range is not inside the file.</returns>
    protected bool TryRead(long offset, Span<byte> to)
    {
        if (offset < 0 || offset > Length || to.Length > Length - offset) return false;
        while (!to.IsEmpty)
        {
            if (offset < windowStart || offset >= windowStart + windowLength)
            {
                stream.Position = windowStart = offset;
                windowLength = stream.ReadAtLeast(window, (int)Math.Min(WindowSize, Length - offset), throwOnEndOfStream: false);
                if (windowLength == 0) return false; // Shorter than it was when it was opened.
            }
            var at = (int)(offset - windowStart);
            var count = Math.Min(to.Length, windowLength - at);
            window.AsSpan(at, count).CopyTo(to);
            to = to[count..];
            offset += count;
        }
        return true;
    }

    /// <summary>The one buffer in which headers are put together.</summary>
    protected Memory<byte> Room(int length)
    {
        if (blob.Length < length) blob = GC.AllocateUninitializedArray<byte>(length);
        return blob.AsMemory(0, length);
    }

    /// <summary>Whether a header may have this size; reports when not.</summary>
    protected bool IsSize(long size, long offset)
    {
        if (size > Length) Report(ProblemKind.Malformed, offset, $"expected a header that fits into the {Length:N0} bytes of the file, found one of {size:N0}; the package was not read");
        else if (size > MaxBlob) Report(ProblemKind.LimitReached, offset, $"the header has {size:N0} bytes, more than the {MaxBlob:N0} that are read of one; the package was not read");
        return size <= Length && size <= MaxBlob;
    }

    protected void Report(ProblemKind kind, long offset, string message) => found.Report(kind, path, $"at byte {offset:N0}: {message}");
}
