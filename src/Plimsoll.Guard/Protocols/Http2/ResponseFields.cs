using System.Buffers.Text;
using System.Text;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Writes the head of an answer as a header block: end-to-end fields in their order, in lower case (RFC 9113, section 8.2).</summary>
internal static class ResponseFields
{
    public static void Write(FrameBuffer to, HttpResponse response, bool isAnswerToHead)
    {
        WriteStatus(to, response.Status);
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id == FieldId.ContentLength || FieldIds.IsHopByHop(field.Id)) continue;
            var name = response[field.Name];
            if (response.NamesFields && field.Id == FieldId.Other && ConnectionOptions.Names(response, name)) continue;
            HpackWriter.Write(to, name, response[field.Value], isSecret: Ascii.EqualsIgnoreCase(name, "set-cookie"u8));
        }
        if (response.Status is < 200 or 204) return;
        var length = isAnswerToHead || response.Status == 304 ? response.DeclaredLength : response.ContentLength;
        if (length >= 0) WriteLength(to, length);
    }

    public static void WriteRefusal(FrameBuffer to, int status, int bodyLength, ReadOnlySpan<byte> location)
    {
        WriteStatus(to, status);
        HpackWriter.Write(to, "content-type"u8, "text/plain"u8);
        HpackWriter.Write(to, "cache-control"u8, "no-store"u8);
        if (status == 405) HpackWriter.Write(to, "allow"u8, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"u8);
        if (status is 429 or 503) HpackWriter.Write(to, "retry-after"u8, "1"u8);
        if (!location.IsEmpty) HpackWriter.Write(to, "location"u8, location);
        WriteLength(to, bodyLength);
    }

    public static void WriteStatus(FrameBuffer to, int status)
    {
        var index = status switch { 200 => 8, 204 => 9, 206 => 10, 304 => 11, 400 => 12, 404 => 13, 500 => 14, _ => 0 };
        if (index > 0)
        {
            HpackWriter.WriteIndexed(to, index);
            return;
        }
        Span<byte> digits = [(byte)('0' + status / 100), (byte)('0' + status / 10 % 10), (byte)('0' + status % 10)];
        HpackWriter.Write(to, ":status"u8, digits);
    }

    private static void WriteLength(FrameBuffer to, long length)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(length, digits, out var written);
        HpackWriter.Write(to, "content-length"u8, digits[..written]);
    }
}
