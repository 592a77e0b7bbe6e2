using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>What the protocol makes of bytes of a client: one line for each request.</summary>
internal static class Decoding
{
    /// <summary>Between fields and body; no head that is accepted holds it.</summary>
    public const char BodyFollows = '\x01';

    public static async Task<IReadOnlyList<string>> RunAsync(IEnumerable<byte[]> pieces, GuardLimits? limits = null)
    {
        var found = new List<string>();
        using var transport = new ScriptedTransport(pieces);
        limits ??= GuardLimits.Default;
        var protocol = new Http1Protocol(new InputBuffer(transport, limits.PieceBytes), limits);
        await protocol.ServeAsync(async client =>
        {
            if (!client.Decoded.Passes)
            {
                found.Add(Reasons.Name(client.Decoded.Reason));
                client.WriteRefusal(Reasons.Status(client.Decoded), closes: true);
                await client.FlushAsync();
                return;
            }
            var request = client.Request;
            var body = new MemoryStream();
            BodyPiece piece;
            do
            {
                piece = await client.ReadBodyAsync();
                body.Write(piece.Bytes.Span);
            }
            while (!piece.IsLast && piece.Failure == Reason.None);
            var end = piece.Failure == Reason.None ? $"[{Encoding.Latin1.GetString(body.ToArray())}]" : Reasons.Name(piece.Failure);
            found.Add($"{Text(request, request.Method)} {Text(request, request.Target)} {Text(request, request.Authority)} {Fields(request)}{BodyFollows}{end}");
            var response = new HttpResponse { Status = 204 };
            client.WriteHead(response, closes: piece.Failure != Reason.None);
            client.End(null);
            await client.FlushAsync();
        });
        return found;
    }

    private static string Text(HttpRequest request, Slice slice) => Encoding.Latin1.GetString(request[slice]);

    private static string Fields(HttpRequest request)
    {
        var text = new StringBuilder();
        foreach (var field in request.Fields) text.Append(Text(request, field.Name)).Append('=').Append(Text(request, field.Value)).Append(';');
        return text.ToString();
    }
}
