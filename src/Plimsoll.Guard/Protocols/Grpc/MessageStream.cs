using System.Buffers.Binary;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Grpc;

/// <summary>
/// The messages of a gRPC call (gRPC over HTTP/2, "Length-Prefixed-Message"): `compressed` (one byte, 0 or 1), `length` (four bytes,
/// big-endian), then so many bytes. A call lives as long as messages flow; what is bounded is each of them, and the time between.
/// </summary>
internal struct MessageStream
{
    private const int prefixBytes = 5;
    private int prefixed;
    private uint length;
    private long left;
    private long taken;
    private long began;

    /// <summary>`application/grpc`, alone or with what it carries: `application/grpc+proto`. gRPC-Web is another protocol.</summary>
    public static bool IsCall(HttpRequest request)
    {
        var type = request.Value(FieldId.ContentType);
        var grpc = "application/grpc"u8;
        return request.Version == HttpVersion.Http2 && request[request.Method].SequenceEqual("POST"u8)
            && type.Length >= grpc.Length && System.Text.Ascii.EqualsIgnoreCase(type[..grpc.Length], grpc)
            && (type.Length == grpc.Length || type[grpc.Length] is (byte)'+' or (byte)';' or (byte)' ');
    }

    /// <summary>Whether a message has begun and is not complete.</summary>
    public readonly bool IsWithin => prefixed > 0;

    /// <param name="now">Milliseconds.</param>
    public Reason Take(ReadOnlySpan<byte> bytes, GuardLimits limits, long now)
    {
        while (!bytes.IsEmpty)
        {
            if (prefixed == prefixBytes)
            {
                var count = (int)Math.Min(left, bytes.Length);
                left -= count;
                taken += count;
                bytes = bytes[count..];
            }
            else
            {
                if (prefixed == 0)
                {
                    if (bytes[0] > 1) return Reason.MessageMalformed;
                    (began, taken, length) = (now, 0, 0);
                }
                else length = length << 8 | bytes[0];
                bytes = bytes[1..];
                if (++prefixed < prefixBytes) continue;
                if (length > Math.Min(limits.MessageBytes, limits.BodyBytes)) return Reason.MessageTooLarge; // Whoever allows bodies of a kilobyte does not mean messages of four megabytes.
                left = length;
            }
            if (prefixed == prefixBytes && left == 0) prefixed = 0;
        }
        return Reason.None;
    }

    /// <summary>When more must have come: of a message that has begun as of any body, else of the next one.</summary>
    public readonly long Deadline(GuardLimits limits, long now) => IsWithin
        ? Math.Min(now + limits.BodyTime, began + limits.BodyGrace + taken * 1000 / limits.BodyRate + 1)
        : now + limits.StreamIdleTime;
}
