using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Counts what is read through it.</summary>
internal sealed class CountedStream(Stream inner) : ForwardStream
{
    /// <summary>Bytes that were read.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the end was met.</summary>
    public bool AtEnd { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Count += read;
        AtEnd |= read == 0 && !buffer.IsEmpty;
        return read;
    }
}
