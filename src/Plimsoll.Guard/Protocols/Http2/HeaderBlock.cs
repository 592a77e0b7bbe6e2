using System.Buffers;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Fragments of a header block that came in several frames (RFC 9113, section 6.10).</summary>
internal sealed class HeaderBlock
{
    private byte[]? buffer;
    private int length;

    /// <summary>The stream whose CONTINUATION must come next; 0 for none.</summary>
    public int Stream { get; private set; }

    public bool EndsStream { get; private set; }

    /// <summary>CONTINUATION frames so far.</summary>
    public int Frames { get; private set; }

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    public void Begin(int stream, bool endsStream, ReadOnlySpan<byte> fragment)
    {
        (Stream, EndsStream, Frames) = (stream, endsStream, 0);
        Append(fragment);
    }

    public void Continue(ReadOnlySpan<byte> fragment)
    {
        Frames++;
        Append(fragment);
    }

    public void Clear()
    {
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        (buffer, length, Stream) = (null, 0, 0);
    }

    private void Append(ReadOnlySpan<byte> fragment)
    {
        if (buffer is null || buffer.Length - length < fragment.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1, length + fragment.Length));
            Bytes.CopyTo(larger);
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        fragment.CopyTo(buffer.AsSpan(length));
        length += fragment.Length;
    }
}
