using System.Net;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>Writes heads anew from what was judged: end-to-end fields as they are and in their order, framing and hop by our own word.</summary>
internal static class HeadWriter
{
    public static void Write(OutputBuffer to, HttpRequest request, in ClientFacts client)
    {
        to.Write(request[request.Method]);
        to.Write(" "u8);
        to.Write(request[request.Target]);
        to.Write(" HTTP/1.1\r\nHost: "u8);
        to.Write(request[request.Authority]);
        to.Write("\r\n"u8);
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id is FieldId.Host or FieldId.ContentLength || FieldIds.IsHopByHop(field.Id) || FieldIds.IsClientsWord(field.Id) || FieldIds.IsTargetOverride(field.Id)) continue;
            if (request.NamesFields && field.Id == FieldId.Other && ConnectionOptions.Names(request, request[field.Name])) continue;
            if (client.IsOfCertificate(request[field.Name])) continue;
            WriteField(to, request, field);
        }
        if (client is { Fields: { } fields, Certificate: { } certificate })
        {
            WriteField(to, fields.Subject, certificate.Subject);
            WriteField(to, fields.Names, certificate.Names);
        }
        to.Write("X-Forwarded-For: "u8);
        if (!client.Before.IsEmpty)
        {
            to.Write(request[client.Before]);
            to.Write(", "u8);
        }
        Write(to, client.Peer);
        to.Write(client.IsSecure ? "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: "u8 : "\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: "u8);
        to.Write(request[request.Authority]);
        to.Write("\r\n"u8);
        if (request.IsWebSocket) to.Write("Connection: Upgrade\r\nUpgrade: websocket\r\n"u8);
        if (request.ContentLength < 0) to.Write("Transfer-Encoding: chunked\r\n"u8);
        else if (request.ContentLength > 0 || request.MayHaveBody) WriteLength(to, request.ContentLength);
        to.Write("\r\n"u8);
    }

    /// <param name="chunked">Whether a body of unknown length is chunked; else the end of the connection ends it.</param>
    public static void Write(OutputBuffer to, HttpResponse response, bool isAnswerToHead, bool chunked, bool closes, bool keepsOld)
    {
        to.Write("HTTP/1.1 "u8);
        to.Write(response.Status);
        to.Write(" "u8);
        to.Write(response[response.Phrase]);
        to.Write("\r\n"u8);
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id == FieldId.ContentLength || FieldIds.IsHopByHop(field.Id)) continue;
            if (response.NamesFields && field.Id == FieldId.Other && ConnectionOptions.Names(response, response[field.Name])) continue;
            WriteField(to, response, field);
        }
        if (response.Switches)
        {
            to.Write("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"u8);
            return;
        }
        if (response.Status is not (< 200 or 204))
        {
            if (isAnswerToHead || response.Status == 304)
            {
                if (response.DeclaredLength >= 0) WriteLength(to, response.DeclaredLength);
            }
            else if (response.ContentLength >= 0) WriteLength(to, response.ContentLength);
            else if (chunked) to.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        to.Write(closes ? "Connection: close\r\n\r\n"u8 : keepsOld ? "Connection: keep-alive\r\n\r\n"u8 : "\r\n"u8);
    }

    private static void WriteField(OutputBuffer to, HttpHead head, in HttpField field)
    {
        var name = head[field.Name];
        var value = head[field.Value];
        var room = to.Reserve(name.Length + value.Length + 4);
        name.CopyTo(room);
        room = room[name.Length..];
        (room[0], room[1]) = ((byte)':', (byte)' ');
        value.CopyTo(room[2..]);
        room = room[(2 + value.Length)..];
        (room[0], room[1]) = ((byte)'\r', (byte)'\n');
        to.Commit(name.Length + value.Length + 4);
    }

    private static void WriteField(OutputBuffer to, byte[]? name, byte[] value)
    {
        if (name is null) return;
        to.Write(name);
        to.Write(": "u8);
        to.Write(value);
        to.Write("\r\n"u8);
    }

    private static void WriteLength(OutputBuffer to, long length)
    {
        to.Write("Content-Length: "u8);
        to.Write(length);
        to.Write("\r\n"u8);
    }

    private static void Write(OutputBuffer to, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryFormat(to.Reserve(64), out var written);
        to.Commit(written);
    }
}
