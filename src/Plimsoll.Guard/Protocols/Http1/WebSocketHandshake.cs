using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>RFC 6455, sections 4.2.1 and 4.2.2. Both halves are checked: an upstream that did not switch must never be taken for a tunnel.</summary>
internal static class WebSocketHandshake
{
    private const int keyBytes = 16;
    private const int keyText = 24;

    /// <summary>A request whose Connection and Upgrade ask for a WebSocket, with all that belongs to it.</summary>
    public static bool IsComplete(HttpRequest request)
    {
        if (request.Version != HttpVersion.Http11 || request.HasBody || !request[request.Method].SequenceEqual("GET"u8)) return false;
        int keys = 0, versions = 0;
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id == FieldId.SecWebSocketKey && (keys++ > 0 || !IsKey(request[field.Value]))) return false;
            if (field.Id == FieldId.SecWebSocketVersion && (versions++ > 0 || !request[field.Value].SequenceEqual("13"u8))) return false;
        }
        return keys == 1 && versions == 1;
    }

    /// <summary>A 101 that only somebody gives who has read the key.</summary>
    public static bool IsAnswered(HttpRequest request, HttpResponse response)
    {
        if (response.Status != 101 || !Ascii.EqualsIgnoreCase(response.Value(FieldId.Upgrade), "websocket"u8)) return false;
        if (!ConnectionOptions.Of(response, out var options).Passes || (options & ConnectionOptions.Found.Upgrade) == 0) return false;
        Span<byte> text = stackalloc byte[keyText + 36];
        request.Value(FieldId.SecWebSocketKey).CopyTo(text);
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.CopyTo(text[keyText..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The protocol's own; it proves that the key was read, no more.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        Span<byte> accept = stackalloc byte[28];
        Base64.EncodeToUtf8(hash, accept, out _, out _);
        return response.Value(FieldId.SecWebSocketAccept).SequenceEqual(accept);
    }

    private static bool IsKey(ReadOnlySpan<byte> key)
    {
        Span<byte> decoded = stackalloc byte[keyBytes + 2];
        return key.Length == keyText && Base64.DecodeFromUtf8(key, decoded, out _, out var written) == OperationStatus.Done && written == keyBytes;
    }
}
