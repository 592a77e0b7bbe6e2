namespace Plimsoll.Guard.Decisions;

/// <summary>
/// One message as inspectors see it, whatever carried it: bytes over a pooled buffer, valid until the exchange ends.
/// A protocol derives what it knows of its messages; an inspector asks for the type that it understands.
/// </summary>
internal abstract class Message
{
    /// <summary>The bytes that all slices of the message are of.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    public ReadOnlySpan<byte> this[Slice slice] => Bytes.Slice(slice.Start, slice.Length);
}
