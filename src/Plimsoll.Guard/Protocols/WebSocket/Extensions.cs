using System.Text;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;

namespace Plimsoll.Guard.Protocols.WebSocket;

/// <summary>What an upstream agreed to in Sec-WebSocket-Extensions, as far as frames look different for it.</summary>
internal enum Extensions : byte
{
    None,
    /// <summary>permessage-deflate alone (RFC 7692).</summary>
    Deflate,
    Others,
}

internal static class NegotiatedExtensions
{
    public static Extensions Of(HttpResponse response)
    {
        var found = Extensions.None;
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id != FieldId.SecWebSocketExtensions) continue;
            var value = response[field.Value];
            foreach (var range in value.Split((byte)','))
            {
                var extension = value[range];
                var end = extension.IndexOf((byte)';');
                var name = Syntax.TrimWhitespace(end < 0 ? extension : extension[..end]);
                if (name.IsEmpty) continue;
                if (!Ascii.EqualsIgnoreCase(name, "permessage-deflate"u8)) return Extensions.Others;
                found = Extensions.Deflate;
            }
        }
        return found;
    }
}
