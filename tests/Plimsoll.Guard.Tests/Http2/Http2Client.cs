using System.Buffers.Binary;
using System.Net;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>A socket that sends frames as they are written in the table of sequences, and reads what comes.</summary>
internal sealed class Http2Client : IDisposable
{
    private static readonly TimeSpan patience = Waiting.Patience;
    private readonly RawClient client;
    private readonly List<byte> unread = [];

    public Http2Client(IPEndPoint to) => client = new(to);

    /// <summary>Begins with the preface when it is the first.</summary>
    public Task SendAsync(string frames) => client.SendAsync(Sequence.Parse(frames));

    /// <summary>Frames without another preface.</summary>
    public Task SendMoreAsync(string frames) => client.SendAsync(Sequence.Parse("RAW ; " + frames));

    /// <summary>Frames until one of this type of this stream; what is of no use for tests is left out.</summary>
    public async Task<List<string>> ReadUntilAsync(FrameType type, int stream)
    {
        var found = new List<string>();
        while (await ReadAsync() is { } frame)
        {
            if (frame.Header.Type is not (FrameType.Settings or FrameType.WindowUpdate)) found.Add(Text(frame));
            if (frame.Header.Type == type && frame.Header.Stream == stream) return found;
        }
        throw new EndOfStreamException($"ended after {string.Join(", ", found)}");
    }

    /// <summary>All until the end.</summary>
    public async Task<List<string>> ReadToEndAsync()
    {
        var found = new List<string>();
        while (await ReadAsync() is { } frame)
            if (frame.Header.Type is not (FrameType.Settings or FrameType.WindowUpdate)) found.Add(Text(frame));
        return found;
    }

    private async Task<(FrameHeader Header, byte[] Payload)?> ReadAsync()
    {
        using var late = new CancellationTokenSource(patience);
        var buffer = new byte[16384];
        while (unread.Count < FrameHeader.Size || unread.Count < FrameHeader.Size + FrameHeader.Read(unread.Take(FrameHeader.Size).ToArray()).Length)
        {
            int count;
            try
            {
                count = await client.Stream.ReadAsync(buffer, late.Token);
            }
            catch (IOException)
            {
                count = 0;
            }
            if (count == 0) return null;
            unread.AddRange(buffer.AsSpan(0, count));
        }
        var header = FrameHeader.Read(unread.Take(FrameHeader.Size).ToArray());
        var payload = unread.GetRange(FrameHeader.Size, header.Length).ToArray();
        unread.RemoveRange(0, FrameHeader.Size + header.Length);
        return (header, payload);
    }

    private static string Text((FrameHeader Header, byte[] Payload) frame) => frame.Header.Type switch
    {
        FrameType.RstStream => $"reset {frame.Header.Stream} {(ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(frame.Payload)}",
        FrameType.GoAway => $"goaway {(ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4))}",
        FrameType.Headers => $"headers {frame.Header.Stream} {Status(frame.Payload)}{(frame.Header.Has(FrameFlags.EndStream) ? " end" : "")}",
        FrameType.Data => $"data {frame.Header.Stream} {frame.Header.Length}{(frame.Header.Has(FrameFlags.EndStream) ? " end" : "")}",
        _ => $"{frame.Header.Type}".ToLowerInvariant(),
    };

    private static string Status(byte[] block)
    {
        var at = 0;
        new Protocols.Http2.Hpack.HpackDecoder(4096).Next(block, ref at, out _, out var value);
        return System.Text.Encoding.ASCII.GetString(value);
    }

    public void Dispose() => client.Dispose();
}
