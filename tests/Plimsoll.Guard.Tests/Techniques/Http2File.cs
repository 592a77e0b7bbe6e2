using System.Buffers.Binary;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>
/// Reads the techniques of HTTP/2. `+ name value` is a field of the request on stream 1; those of RFC 9113 section 8.3.1 are put
/// in front when the technique has none. `. text` is a DATA frame, `t name value` a field of the trailer, `x …` a frame in
/// hexadecimal. The last frame that is not given in hexadecimal ends the stream. Fields are literals that nothing indexes.
/// </summary>
internal static class Http2File
{
    public static IReadOnlyList<Technique> All { get; } = [.. Read(Path.Combine(AppContext.BaseDirectory, "Techniques", "http2.h2"))];

    private static IEnumerable<Technique> Read(string path) =>
        File.ReadAllText(path).Split("\n## ").Skip(1).Select(block => block.Split('\n')).Select(lines => TechniqueFile.WithBytes("http2", lines, Frames(lines)));

    private static byte[] Frames(string[] lines)
    {
        var fields = lines.Where(line => line.StartsWith("+ ", StringComparison.Ordinal)).Select(Field).ToList();
        var data = lines.Where(line => line is "." || line.StartsWith(". ", StringComparison.Ordinal)).Select(line => TechniqueFile.Unescape(line.Length > 1 ? line[2..] : "").ToArray()).ToList();
        var trailer = lines.Where(line => line.StartsWith("t ", StringComparison.Ordinal)).Select(Field).ToList();
        var frames = lines.Where(line => line.StartsWith("x ", StringComparison.Ordinal)).SelectMany(line => Convert.FromHexString(Encoding.Latin1.GetString([.. TechniqueFile.Unescape(line[2..])]).Replace(" ", "", StringComparison.Ordinal))).ToList();
        if (frames.Count > 0 && fields.Count == 0) return [.. frames];
        if (!fields.Exists(field => field.Name.StartsWith(':'))) fields.InsertRange(0, Pseudo(data.Count > 0 ? "POST" : "GET", "/a"));
        frames.AddRange(Headers(1, fields, ends: data.Count + trailer.Count == 0));
        for (var i = 0; i < data.Count; i++) frames.AddRange(Frame(0, i == data.Count - 1 && trailer.Count == 0 ? 1 : 0, 1, data[i]));
        if (trailer.Count > 0) frames.AddRange(Headers(1, trailer, ends: true));
        return [.. frames];
    }

    public static IEnumerable<(string Name, string Value)> Pseudo(string method, string path) => [(":method", method), (":scheme", "https"), (":authority", "site.test"), (":path", path)];

    public static byte[] Headers(int stream, IEnumerable<(string Name, string Value)> fields, bool ends)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            Text(name);
            Text(value);
        }
        return Frame(1, ends ? 5 : 4, stream, [.. block]);

        void Text(string text)
        {
            if (text.Length < 127) block.Add((byte)text.Length);
            else
            {
                block.Add(127);
                var rest = text.Length - 127;
                for (; rest >= 128; rest >>= 7) block.Add((byte)(rest | 128));
                block.Add((byte)rest);
            }
            block.AddRange(Encoding.Latin1.GetBytes(text));
        }
    }

    public static byte[] Frame(int type, int flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private static (string Name, string Value) Field(string line)
    {
        var space = line.IndexOf(' ', 2);
        return (Latin1(line[2..space]), Latin1(line[(space + 1)..]));
    }

    private static string Latin1(string text) => Encoding.Latin1.GetString([.. TechniqueFile.Unescape(text)]);
}
