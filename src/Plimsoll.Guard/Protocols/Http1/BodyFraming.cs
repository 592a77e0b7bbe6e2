using System.Buffers.Text;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>
/// How long a body is (RFC 9112, section 6): one Content-Length of digits, or one Transfer-Encoding that is `chunked`, or neither.
/// The RFC lets a recipient repair more than that; every repair is known as a way to smuggle.
/// </summary>
internal static class BodyFraming
{
    /// <summary>Longer lengths do not fit 63 bits.</summary>
    private const int mostDigits = 18;

    /// <param name="length">-1 when none is given.</param>
    public static Verdict Of(HttpHead head, out long length, out bool isChunked)
    {
        (length, isChunked) = (-1, false);
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Id == FieldId.ContentLength)
            {
                if (length >= 0) return new(Reason.LengthRepeated, Part.Field, field.Name.Start);
                var digits = head[field.Value];
                if (digits.Length is 0 or > mostDigits || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (digits[0] == '0' && digits.Length > 1)
                    || !Utf8Parser.TryParse(digits, out length, out _)) return new(Reason.LengthMalformed, Part.Field, field.Name.Start);
            }
            else if (field.Id == FieldId.TransferEncoding)
            {
                if (isChunked) return new(Reason.EncodingRepeated, Part.Field, field.Name.Start);
                if (head.Version == HttpVersion.Http10) return new(Reason.EncodingInVersion, Part.Field, field.Name.Start);
                if (!Ascii.EqualsIgnoreCase(head[field.Value], "chunked"u8)) return new(Reason.EncodingUnsupported, Part.Field, field.Name.Start);
                isChunked = true;
            }
        }
        return isChunked && length >= 0 ? new(Reason.LengthAndEncoding, Part.Head) : default;
    }
}
