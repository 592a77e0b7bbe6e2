using System.Buffers;
using System.Buffers.Text;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>AUTH_TYPE and REMOTE_USER: what Authorization says, `Basic dXNlcjpwYXNz` (RFC 7617). Nobody has verified it.</summary>
internal static class Credentials
{
    public static void Read(Transaction transaction, HttpRequest request)
    {
        foreach (ref readonly var field in request.Fields)
        {
            if (!System.Text.Ascii.EqualsIgnoreCase(request[field.Name], "authorization"u8)) continue;
            var said = request[field.Value];
            var blank = said.IndexOf((byte)' ');
            var scheme = blank < 0 ? said : said[..blank];
            transaction.Set(Variable.AuthType, transaction.Scratch.Copy(scheme));
            if (blank > 0 && System.Text.Ascii.EqualsIgnoreCase(scheme, "basic"u8)) User(transaction, said[(blank + 1)..].Trim((byte)' '));
            return;
        }
    }

    private static void User(Transaction transaction, ReadOnlySpan<byte> encoded)
    {
        var room = transaction.Scratch.Reserve(Base64.GetMaxDecodedFromUtf8Length(encoded.Length));
        if (room.IsEmpty || Base64.DecodeFromUtf8(encoded, room, out _, out var length) != OperationStatus.Done) return;
        var colon = room[..length].IndexOf((byte)':');
        if (colon >= 0) transaction.Set(Variable.RemoteUser, transaction.Scratch.Take(length).Slice(0, colon));
    }
}
