using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>A stream from its position on, read in pieces as large as a buffer that its user owns: an inflater asks for 8 KiB at a time.</summary>
internal sealed class ReadAhead(Stream source, byte[] buffer) : ForwardStream
{
    private int at;
    private int filled;

    public override int Read(Span<byte> to)
    {
        if (at == filled) (at, filled) = (0, source.Read(buffer));
        var read = Math.Min(to.Length, filled - at);
        buffer.AsSpan(at, read).CopyTo(to);
        at += read;
        return read;
    }
}
