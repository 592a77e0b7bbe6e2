using System.Buffers.Text;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Writes a request that was judged as a header block: what HTTP/1.1 would be told, in the words of RFC 9113, section 8.3.1.</summary>
internal static class RequestWriter
{
    public static void Write(FrameBuffer to, HttpRequest request, in ClientFacts client)
    {
        var authority = request[request.Authority];
        HpackWriter.Write(to, ":method"u8, request[request.Method]);
        HpackWriter.WriteIndexed(to, 6); // :scheme http
        HpackWriter.Write(to, ":path"u8, request[request.Target]);
        HpackWriter.Write(to, ":authority"u8, authority);
        foreach (ref readonly var field in request.Fields)
        {
            var name = request[field.Name];
            var value = request[field.Value];
            if (field.Id == FieldId.Te && value.SequenceEqual("trailers"u8)) HpackWriter.Write(to, name, value);
            if (field.Id is FieldId.Host or FieldId.ContentLength || FieldIds.IsHopByHop(field.Id) || FieldIds.IsClientsWord(field.Id) || FieldIds.IsTargetOverride(field.Id)) continue;
            if (request.NamesFields && field.Id == FieldId.Other && ConnectionOptions.Names(request, name)) continue;
            if (client.IsOfCertificate(name)) continue;
            HpackWriter.Write(to, name, value, isSecret: field.Id is FieldId.Authorization or FieldId.Cookie);
        }
        if (client is { Fields: { } fields, Certificate: { } certificate })
        {
            if (fields.Subject is not null) HpackWriter.Write(to, fields.Subject, certificate.Subject, isSecret: true);
            if (fields.Names is not null) HpackWriter.Write(to, fields.Names, certificate.Names, isSecret: true);
        }
        WriteClients(to, request, client);
        HpackWriter.Write(to, "x-forwarded-proto"u8, client.IsSecure ? "https"u8 : "http"u8);
        HpackWriter.Write(to, "x-forwarded-host"u8, authority);
        if (request.ContentLength <= 0) return;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(request.ContentLength, digits, out var written);
        HpackWriter.Write(to, "content-length"u8, digits[..written]);
    }

    private static void WriteClients(FrameBuffer to, HttpRequest request, in ClientFacts client)
    {
        var address = client.Peer.IsIPv4MappedToIPv6 ? client.Peer.MapToIPv4() : client.Peer;
        Span<byte> text = stackalloc byte[64];
        address.TryFormat(text, out var length);
        var before = request[client.Before];
        if (before.IsEmpty)
        {
            HpackWriter.Write(to, "x-forwarded-for"u8, text[..length]);
            return;
        }
        var all = new byte[before.Length + 2 + length]; // Behind a trusted proxy alone.
        before.CopyTo(all);
        ", "u8.CopyTo(all.AsSpan(before.Length));
        text[..length].CopyTo(all.AsSpan(before.Length + 2));
        HpackWriter.Write(to, "x-forwarded-for"u8, all);
    }
}
