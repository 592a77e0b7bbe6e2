using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>The bytes that a client begins with (RFC 9113, section 3.4). No request of HTTP/1 begins so.</summary>
internal static class Preface
{
    public static ReadOnlySpan<byte> Bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Whether the client speaks HTTP/2. Nothing is consumed.</summary>
    public static async ValueTask<bool> BeginsAsync(InputBuffer input, GuardLimits limits)
    {
        input.Transport.ReadBy = Environment.TickCount64 + limits.HeadTime;
        while (IsPrefix(input.Unread))
        {
            if (input.Unread.Length >= Bytes.Length) return true;
            if (await input.FillAsync(limits.PieceBytes) <= 0) return false;
        }
        return false;
    }

    /// <summary>Whether all is the preface so far.</summary>
    public static bool IsPrefix(ReadOnlySpan<byte> unread)
    {
        var length = Math.Min(unread.Length, Bytes.Length);
        return unread[..length].SequenceEqual(Bytes[..length]);
    }
}
