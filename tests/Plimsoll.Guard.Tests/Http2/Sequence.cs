using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Desync;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>
/// A row of tests/golden/guard/http2.txt: what a client sends, and what it is told. Frames are written by a simple encoder of
/// the test's own: literals that are neither indexed nor Huffman-coded.
/// </summary>
/// <param name="Expected">`ok`, `goaway CODE reason`, `reset CODE reason` or `status NUMBER reason`.</param>
internal sealed record Sequence(string Name, string Expected, byte[] Bytes)
{
    private const string get = ":method: GET, :scheme: http, :path: /, :authority: guard.test";
    private const string post = ":method: POST, :scheme: http, :path: /, :authority: guard.test";

    public static IReadOnlyList<Sequence> All { get; } = Read();

    public static byte[] Preface => Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private static List<Sequence> Read()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plimsoll.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var all = new List<Sequence>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "tests/golden/guard/http2.txt")))
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split(" | ", 3);
            all.Add(new(parts[0], parts[1], Parse(parts[2])));
        }
        return all;
    }

    /// <summary>Frames separated by ` ; `, after a preface and empty SETTINGS unless it begins with RAW.</summary>
    public static byte[] Parse(string text)
    {
        var all = new MemoryStream();
        if (!text.StartsWith("RAW", StringComparison.Ordinal))
        {
            all.Write(Preface);
            all.Write(Frame(FrameType.Settings, 0, 0, []));
        }
        foreach (var frame in text.Split(" ; ")) all.Write(One(frame.Trim()));
        return all.ToArray();
    }

    public static byte[] Frame(FrameType type, int flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | (byte)type);
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    /// <summary>`name: value, name: value`; `%hh` stands for a byte.</summary>
    public static byte[] Block(string fields)
    {
        var block = new MemoryStream();
        foreach (var field in Technique.Repeat(fields).Split(", ").SelectMany(field => field switch { "GET" => get.Split(", "), "POST" => post.Split(", "), _ => [field] }))
        {
            var colon = field.IndexOf(": ", 1, StringComparison.Ordinal);
            block.WriteByte(0);
            foreach (var part in (string[])[field[..colon], field[(colon + 2)..]])
            {
                var bytes = Technique.Unescape(part);
                if (bytes.Length < 127) block.WriteByte((byte)bytes.Length);
                else
                {
                    block.WriteByte(127);
                    var rest = bytes.Length - 127;
                    for (; rest >= 128; rest >>= 7) block.WriteByte((byte)(rest | 128));
                    block.WriteByte((byte)rest);
                }
                block.Write(bytes);
            }
        }
        return block.ToArray();
    }

    /// <summary>`TYPE+FLAGS@stream payload` with the payload in hex, as `"text"` or as `{fields}`, several joined by ` & `; `×n` before it repeats the frame.</summary>
    private static byte[] One(string text)
    {
        var repeated = 1;
        if (text.StartsWith('×'))
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            repeated = int.Parse(text[1..space], CultureInfo.InvariantCulture);
            text = text[(space + 1)..];
        }
        var words = text.Split(' ', 2);
        var payload = words.Length == 1 ? [] : words[1].Split(" & ").SelectMany(Payload).ToArray();
        if (words[0] == "RAW") return payload;
        if (words[0] == "PREFACE") return Preface;
        var head = words[0].Split('@');
        var names = head[0].Split('+');
        var flags = names.Skip(1).Sum(flag => flag switch { "ES" or "ACK" => 1, "EH" => 4, "PAD" => 8, "PRI" => 0x20, _ => throw new FormatException(text) });
        var type = names[0].StartsWith("0x", StringComparison.Ordinal) ? (FrameType)Convert.ToByte(names[0], 16) : Enum.Parse<FrameType>(names[0], ignoreCase: true);
        var frame = Frame(type, flags, head.Length > 1 ? int.Parse(head[1], CultureInfo.InvariantCulture) : 0, payload);
        return [.. Enumerable.Repeat(frame, repeated).SelectMany(one => one)];
    }

    private static byte[] Payload(string text) => text[0] switch
    {
        '"' => Technique.Unescape(text.Trim('"')),
        '{' => Block(text[1..^1]),
        _ => Convert.FromHexString(text),
    };
}
