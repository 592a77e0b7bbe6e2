using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>A seekable view of a part of another stream, which it does not close. Views of one stream are read by one thread.</summary>
internal sealed class RangeStream(Stream whole, long start, long length) : SeekableStream(length)
{
    public override int Read(Span<byte> buffer)
    {
        var room = (int)Math.Min(buffer.Length, Length - Position);
        if (room <= 0) return 0;
        whole.Position = start + Position;
        var read = whole.Read(buffer[..room]);
        Position += read;
        return read;
    }
}
