using System.Buffers.Binary;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Http1;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>What the protocol makes of bytes of a client, and what it answers. Every request is answered with 204 once its body was read.</summary>
internal sealed record Decoding2(IReadOnlyList<string> Requests, Verdict Verdict, byte[] Written)
{
    public static async Task<Decoding2> RunAsync(IEnumerable<byte[]> pieces, GuardLimits? limits = null, Func<ClientStream, ValueTask>? exchange = null)
    {
        var found = new SortedDictionary<int, string>();
        using var transport = new ScriptedTransport(pieces);
        using var deadlines = new Deadlines();
        limits ??= GuardLimits.Default;
        var protocol = new Http2Protocol(new InputBuffer(transport, limits.PieceBytes), limits, deadlines);
        var verdict = await protocol.ServeAsync(exchange ?? (async client =>
        {
            var id = ((Http2ClientStream)client).Id;
            if (!client.Decoded.Passes)
            {
                lock (found) found[id] = Reasons.Name(client.Decoded.Reason);
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
            lock (found) found[id] = $"{Text(request, request.Method)} {Text(request, request.Target)} {Text(request, request.Authority)} {Fields(request)} {end}";
            if (piece.Failure == Reason.BodyTooLarge) client.WriteRefusal(413, closes: true);
            else
            {
                client.WriteHead(new HttpResponse { Status = 204 }, closes: false);
                client.End(null);
            }
            await client.FlushAsync();
        }));
        return new([.. found.Values], verdict, transport.Written.ToArray());
    }

    /// <summary>What was refused, as rows of the table say it; the first that is not as it should be.</summary>
    public string Told
    {
        get
        {
            foreach (var (header, payload) in Frames(Written))
            {
                if (header.Type == FrameType.GoAway && payload[7] != 0) return $"goaway {(ErrorCode)payload[7]} {Reasons.Name(Verdict.Reason)}";
                if (header.Type == FrameType.RstStream && payload[3] != 0) return $"reset {(ErrorCode)payload[3]} {Refused}";
                if (header.Type == FrameType.Headers && payload.AsSpan().IndexOf("\x08\x03"u8) == 0 && !Frames(Written).Any(one => one.Header.Type == FrameType.RstStream && one.Payload[3] != 0))
                    return $"status {Encoding.ASCII.GetString(payload, 2, 3)} {Refused}";
            }
            return Requests.All(request => request.EndsWith(']')) ? "ok" : Refused;
        }
    }

    /// <summary>Codes of resets, and of the end of the connection.</summary>
    public string Codes => string.Join(' ', Frames(Written).Where(one => one.Header.Type is FrameType.RstStream or FrameType.GoAway)
        .Select(one => $"{one.Header.Type}@{one.Header.Stream}={BinaryPrimitives.ReadUInt32BigEndian(one.Payload.AsSpan()[^4..])}").Order(StringComparer.Ordinal));

    private string Refused => Requests.FirstOrDefault(request => !request.EndsWith(']'))?.Split(' ')[^1] ?? "";

    public static IEnumerable<(FrameHeader Header, byte[] Payload)> Frames(byte[] bytes)
    {
        for (var at = 0; at + FrameHeader.Size <= bytes.Length;)
        {
            var header = FrameHeader.Read(bytes.AsSpan(at));
            yield return (header, bytes.AsSpan(at + FrameHeader.Size, header.Length).ToArray());
            at += FrameHeader.Size + header.Length;
        }
    }

    private static string Text(HttpRequest request, Slice slice) => Encoding.Latin1.GetString(request[slice]);

    private static string Fields(HttpRequest request)
    {
        var text = new StringBuilder();
        foreach (var field in request.Fields) text.Append(Text(request, field.Name)).Append('=').Append(Text(request, field.Value)).Append(';');
        return text.ToString();
    }
}
