using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Decisions;

/// <summary>
/// One message as inspectors see it, whatever carried it: bytes over a pooled buffer, valid until the exchange ends.
/// A protocol derives what it knows of its messages; an inspector asks for the type that it understands.
/// </summary>
internal abstract class Message
{
    /// <summary>The bytes that all slices of the message are of.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>All that an application could read in it, and what is ambiguous; of the body too once that is judged. Empty but while inspectors are asked.</summary>
    public MessageValues Values { get; set; }

    /// <summary>Ambiguities that the site refuses it for.</summary>
    public AmbiguitySet Refused { get; set; }

    /// <summary>Why <see cref="Values"/> are not all that there is; empty when they are.</summary>
    public AmbiguitySet Unread { get; set; }

    public ReadOnlySpan<byte> this[Slice slice] => Bytes.Slice(slice.Start, slice.Length);
}
