using System.Buffers.Binary;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Protocols.WebSocket;

/// <summary>
/// The frames of one direction of a WebSocket (RFC 6455, section 5). Payloads are not looked at: what is held is where the frame
/// ends and whether a message is open. A frame's head is given on only when it is complete and right.
/// </summary>
internal sealed class FrameChecker(bool isClient, Extensions extensions)
{
    private const int longestControl = 125;
    private const byte close = 0x8;
    private long payload;
    private bool isFragmented;
    private bool hasClosed;

    /// <summary>What is wrong with the first frame that is not well-formed.</summary>
    /// <param name="bytes">What has come, from where the last call ended.</param>
    /// <param name="passes">Bytes that may be given on; what follows them is incomplete or wrong.</param>
    public Reason Check(ReadOnlySpan<byte> bytes, out int passes)
    {
        passes = 0;
        while (true)
        {
            var inside = (int)Math.Min(payload, bytes.Length - passes);
            payload -= inside;
            passes += inside;
            var head = bytes[passes..];
            if (payload > 0 || head.Length < 2) return Reason.None;
            var failure = Start(head);
            if (failure != Reason.None) return failure;
            var length = head[1] & 0x7F;
            var lengthBytes = length switch { 126 => 2, 127 => 8, _ => 0 };
            var headBytes = 2 + lengthBytes + (isClient ? 4 : 0);
            if (head.Length < headBytes) return Reason.None;
            if (!Length(head[2..], length, out payload)) return Reason.WebSocketLength;
            var opcode = head[0] & 0x0F;
            if (opcode < close) isFragmented = (head[0] & 0x80) == 0;
            hasClosed |= opcode == close;
            passes += headBytes;
        }
    }

    /// <summary>The first two bytes of a frame.</summary>
    private Reason Start(ReadOnlySpan<byte> head)
    {
        var opcode = head[0] & 0x0F;
        var isFinal = (head[0] & 0x80) != 0;
        var length = head[1] & 0x7F;
        if (((head[1] & 0x80) != 0) != isClient) return Reason.WebSocketMask;
        if (opcode >= close && (!isFinal || length > longestControl || (opcode == close && length == 1))) return Reason.WebSocketControl;
        if (hasClosed && opcode < close) return Reason.WebSocketFragment;
        if (extensions == Extensions.Others) return Reason.None; // They may give reserved bits and opcodes any meaning.
        if (opcode is not (0 or 1 or 2 or close or 0x9 or 0xA)) return Reason.WebSocketOpcode;
        // Of a message only the first frame says that it is compressed (RFC 7692, section 6).
        var reserved = extensions == Extensions.Deflate && opcode is 1 or 2 ? 0x30 : 0x70;
        if ((head[0] & reserved) != 0) return Reason.WebSocketReservedBit;
        if (opcode < close && (opcode == 0) != isFragmented) return Reason.WebSocketFragment;
        return Reason.None;
    }

    /// <summary>The shortest form, and at most 63 bits.</summary>
    private static bool Length(ReadOnlySpan<byte> bytes, int first, out long length)
    {
        length = first switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            127 => BinaryPrimitives.ReadInt64BigEndian(bytes),
            _ => first,
        };
        return first switch { 126 => length > longestControl, 127 => length > ushort.MaxValue, _ => true };
    }
}
