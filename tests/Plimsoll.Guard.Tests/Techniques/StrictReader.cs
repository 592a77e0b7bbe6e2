using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>A request or an answer with one reading. Texts are Latin-1: each character is a byte.</summary>
internal sealed record StrictMessage(string Start, IReadOnlyList<(string Name, string Value)> Fields, string Body, int Length)
{
    public string Method => Start.Split(' ')[0];
    public string Target => Start.Split(' ')[1];
    public int Status => int.Parse(Start.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    public IEnumerable<string> Values(string name) => Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);
}

/// <param name="Messages">Complete ones, in order.</param>
/// <param name="Fault">Why the bytes have more than one reading; null when they have one.</param>
/// <param name="Tail">Bytes that are the beginning of one more.</param>
internal sealed record StrictReading(IReadOnlyList<StrictMessage> Messages, string? Fault, string Tail)
{
    public bool IsCut => Tail.Length > 0;
}

/// <summary>
/// The slow and obvious reader: RFC 9112 without any of its tolerances. What it does not understand has two readings somewhere.
/// </summary>
internal static class StrictReader
{
    public static StrictReading Requests(string bytes) => Read(bytes, isRequest: true, _ => false, closed: false);

    /// <param name="isHead">Whether the answer of this number is to a HEAD.</param>
    /// <param name="closed">The connection is over: what has no length ends here.</param>
    public static StrictReading Answers(string bytes, Func<int, bool> isHead, bool closed) => Read(bytes, isRequest: false, isHead, closed);

    private static StrictReading Read(string bytes, bool isRequest, Func<int, bool> isHead, bool closed)
    {
        var messages = new List<StrictMessage>();
        var at = 0;
        try
        {
            while (at < bytes.Length)
            {
                if (ReadOne(bytes, at, isRequest, isHead(messages.Count(message => message.Start[9] != '1')), closed) is not { } message) return new(messages, null, bytes[at..]);
                at += message.Length;
                messages.Add(message);
                if (!isRequest && message.Status == 101) return new(messages, null, ""); // The rest is another protocol's.
            }
            return new(messages, null, "");
        }
        catch (FormatException thrown)
        {
            return new(messages, thrown.Message, "");
        }
    }

    private static StrictMessage? ReadOne(string bytes, int start, bool isRequest, bool isHead, bool closed)
    {
        var end = bytes.IndexOf("\r\n\r\n", start, StringComparison.Ordinal);
        if (end < 0) return null;
        var lines = bytes[start..end].Split("\r\n");
        if (isRequest) CheckRequestLine(lines[0]);
        else CheckStatusLine(lines[0]);
        var fields = lines.Skip(1).Select(Field).ToList();
        var head = new StrictMessage(lines[0], fields, "", end + 4 - start);
        var lengths = head.Values("Content-Length").ToList();
        var encodings = head.Values("Transfer-Encoding").ToList();
        if (lengths.Count > 1 || encodings.Count > 1 || lengths.Count + encodings.Count > 1) throw new FormatException($"two framings: {Show(bytes[start..end])}");
        if (!isRequest && (isHead || head.Status is < 200 or 204 or 304)) return head;
        if (lengths.Count == 1)
        {
            if (lengths[0].Length is 0 or > 15 || !lengths[0].All(char.IsAsciiDigit)) throw new FormatException($"no length: {lengths[0]}");
            var length = long.Parse(lengths[0], CultureInfo.InvariantCulture);
            if (bytes.Length - end - 4 < length) return null;
            return head with { Body = bytes.Substring(end + 4, (int)length), Length = head.Length + (int)length };
        }
        if (encodings.Count == 1)
        {
            if (encodings[0] != "chunked" || !(isRequest ? lines[0].EndsWith("HTTP/1.1", StringComparison.Ordinal) : lines[0].StartsWith("HTTP/1.1", StringComparison.Ordinal))) throw new FormatException($"no encoding: {encodings[0]} in {lines[0]}");
            return Chunks(bytes, end + 4) is var (body, after) ? head with { Body = body, Length = after - start } : null;
        }
        if (isRequest) return head;
        return closed ? head with { Body = bytes[(end + 4)..], Length = bytes.Length - start } : null;
    }

    private static (string Body, int End)? Chunks(string bytes, int at)
    {
        var body = new StringBuilder();
        while (true)
        {
            var end = bytes.IndexOf('\n', at);
            if (end < 0) return null;
            var size = bytes[at..end].TrimEnd('\r');
            if (bytes[end - 1] != '\r' || size.Length is 0 or > 8 || !size.All(char.IsAsciiHexDigit) || end - at != size.Length + 1) throw new FormatException($"no chunk size: {Show(bytes[at..(end + 1)])}");
            var length = int.Parse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at = end + 1;
            if (length == 0) break;
            if (bytes.Length < at + length + 2) return null;
            body.Append(bytes, at, length);
            if (bytes.Substring(at + length, 2) != "\r\n") throw new FormatException($"no end of a chunk: {Show(bytes.Substring(at + length, 2))}");
            at += length + 2;
        }
        while (true)
        {
            var end = bytes.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0) return null;
            var line = bytes[at..end];
            at = end + 2;
            if (line.Length == 0) return (body.ToString(), at);
            Field(line);
        }
    }

    private static void CheckRequestLine(string line)
    {
        var words = line.Split(' ');
        if (words.Length != 3 || words[0].Length == 0 || !words[0].All(IsToken) || words[2] is not ("HTTP/1.1" or "HTTP/1.0")) throw new FormatException($"no request line: {Show(line)}");
        if (words[1].Length == 0 || words[1].Any(c => c is <= ' ' or > '~' or '#') || (words[1][0] != '/' && (words[1], words[0]) is not ("*", "OPTIONS"))) throw new FormatException($"no target: {Show(words[1])}");
    }

    private static void CheckStatusLine(string line)
    {
        if (line.Length < 12 || line[..9] is not ("HTTP/1.1 " or "HTTP/1.0 ") || line[9] is < '1' or > '5' || !char.IsAsciiDigit(line[10]) || !char.IsAsciiDigit(line[11]) || (line.Length > 12 && line[12] != ' ') || line.Any(IsControl)) throw new FormatException($"no status line: {Show(line)}");
    }

    private static (string Name, string Value) Field(string line)
    {
        var colon = line.IndexOf(':');
        if (colon < 1 || !line.AsSpan(0, colon).ToString().All(IsToken) || line.Any(IsControl)) throw new FormatException($"no field: {Show(line)}");
        return (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }

    private static bool IsControl(char c) => c is < ' ' and not '\t' or '\x7f';

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c);

    /// <summary>Bytes for a person: control bytes escaped, and not too many.</summary>
    public static string Show(string bytes)
    {
        var shown = string.Concat(bytes.Take(300).Select(c => c switch { '\r' => "\\r", '\n' => "\\n", '\t' => "\\t", '\\' => "\\\\", < ' ' or > '~' => $"\\x{(int)c:x2}", _ => c.ToString() }));
        return bytes.Length > 300 ? $"{shown}… ({bytes.Length} bytes)" : shown;
    }
}
