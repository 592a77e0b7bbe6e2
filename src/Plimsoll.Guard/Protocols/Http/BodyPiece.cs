using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Decoded bytes of a body, valid until the next is read.</summary>
/// <param name="IsLast">Nothing follows; the bytes may be empty.</param>
/// <param name="Failure">The body is broken off here; the bytes are empty.</param>
internal readonly record struct BodyPiece(ReadOnlyMemory<byte> Bytes, bool IsLast, Reason Failure = Reason.None);
