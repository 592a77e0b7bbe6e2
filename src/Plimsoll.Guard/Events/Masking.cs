using System.Buffers;
using System.Net;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Events;

/// <summary>What may be said of a request without saying what is secret or personal.</summary>
internal static class Masking
{
    public const int MostOfPath = 256;
    public const int MostOfShape = 64;

    /// <summary>Digits in one segment, from which on it may be a card, an account or a telephone number.</summary>
    private const int mostDigits = 6;

    /// <summary>Characters of one segment, from which on letters with digits may be a token.</summary>
    private const int longestWord = 16;

    /// <summary>`:65535`.</summary>
    private const int longestPort = 6;

    /// <summary>Bytes before the place of a verdict that are shown.</summary>
    private const int before = 24;

    private static readonly SearchValues<byte> parameters = SearchValues.Create(";=,&?#"u8);

    /// <summary>Segments after these are secrets.</summary>
    private static readonly string[] announcing = ["token", "password", "passwd", "secret", "reset", "key", "apikey", "auth", "session", "invite", "verify", "confirm", "unsubscribe", "activate"];

    /// <summary>
    /// A path with `*` in place of each segment that may be an e-mail address, a number of a card or a token, and of all values of
    /// parameters. A path that was refused may be of any bytes.
    /// </summary>
    public static int Path(ReadOnlySpan<byte> path, Span<char> text)
    {
        var count = 0;
        var isAnnounced = false;
        while (count < text.Length)
        {
            var slash = path.IndexOf((byte)'/');
            var segment = slash < 0 ? path : path[..slash];
            var rest = segment.IndexOfAny(parameters) is var end and >= 0 ? segment[end..] : default;
            var name = segment[..(segment.Length - rest.Length)];
            if (name.Length > 0 && (isAnnounced || IsPrivate(name))) text[count++] = '*';
            else
                foreach (var value in name[..Math.Min(name.Length, text.Length - count)]) text[count++] = value is > 0x20 and < 0x7F ? (char)value : '\uFFFD';
            if (rest.Length > 1 && count + 1 < text.Length) (text[count], text[count + 1], count) = ((char)rest[0], '*', count + 2);
            if (slash < 0 || count == text.Length) return count;
            text[count++] = '/';
            if (name.Length > 0) isAnnounced = Announces(name);
            path = path[(slash + 1)..];
        }
        return count;
    }

    /// <summary>A host with its port: an address as it is, a name as a segment of a path.</summary>
    public static int Host(ReadOnlySpan<byte> authority, Span<char> text)
    {
        var host = Authority.Host(authority);
        var isAddress = host.Length is > 0 and <= 45 && (host[0] == (byte)'[' || host.Count((byte)'.') == 3) && IPAddress.TryParse(Encoding.Latin1.GetString(host), out _);
        var count = isAddress ? Encoding.Latin1.GetChars(host, text) : Path(host, text);
        var port = authority[host.Length..];
        foreach (var value in port is [(byte)':', ..] && port.Length <= longestPort ? port : default)
            if (count < text.Length) text[count++] = (char)value;
        return count;
    }

    /// <summary>
    /// The bytes around the place that a verdict is about: digits as 0, letters as a or A, other bytes of ASCII as they are, so that
    /// the form can be seen and nothing can be read. Names of fields are no secrets and are shown.
    /// </summary>
    public static int Shape(in GuardEvent recorded, Span<char> text)
    {
        if (recorded.Request is not { } request || recorded.Verdict.At <= 0) return 0;
        var isHead = recorded.Verdict.Where is Part.Head or Part.RequestLine or Part.Target or Part.Version or Part.Field;
        var bytes = isHead ? request.Bytes : recorded.Verdict.Where == Part.Body ? request.Body.Span : default;
        if (recorded.Verdict.At >= bytes.Length) return 0;
        var whole = isHead && request.Version == Protocols.Http.HttpVersion.Http2 ? PartAt(request, recorded.Verdict.At) : new(0, bytes.Length);
        var start = Math.Max(whole.Start, recorded.Verdict.At - before);
        var shown = bytes[start..Math.Min(whole.End, start + text.Length)];
        for (var i = 0; i < shown.Length; i++)
        {
            text[i] = shown[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => '0',
                >= (byte)'a' and <= (byte)'z' => 'a',
                >= (byte)'A' and <= (byte)'Z' => 'A',
                >= 0x20 and < 0x7F or (byte)'\r' or (byte)'\n' or (byte)'\t' or 0 => (char)shown[i],
                _ => '\uFFFD',
            };
        }
        if (isHead) ShowNames(request, start, text[..shown.Length]);
        return shown.Length;
    }

    /// <summary>What stands there of a head of HTTP/2, whose parts follow one another without anything between.</summary>
    private static Slice PartAt(HttpRequest request, int at)
    {
        bool Has(Slice slice) => slice.Start <= at && at < slice.End;
        if (Has(request.Target)) return request.Target;
        if (Has(request.Authority)) return request.Authority;
        foreach (ref readonly var field in request.Fields)
        {
            if (Has(field.Name)) return field.Name;
            if (Has(field.Value)) return field.Value;
        }
        return new(at, request.Bytes.Length - at);
    }

    private static void ShowNames(HttpRequest request, int start, Span<char> text)
    {
        foreach (ref readonly var field in request.Fields)
            for (var at = Math.Max(field.Name.Start, start); at < Math.Min(field.Name.End, start + text.Length); at++) text[at - start] = (char)request.Bytes[at];
    }

    private static bool IsPrivate(ReadOnlySpan<byte> segment)
    {
        if (segment.Contains((byte)'@') || segment.IndexOf("%40"u8) >= 0) return true;
        int digits = 0, letters = 0;
        foreach (var value in segment)
        {
            if (char.IsAsciiDigit((char)value)) digits++;
            else if (char.IsAsciiLetter((char)value)) letters++;
        }
        return digits > mostDigits || (segment.Length > longestWord && digits > 0 && letters > 0) || segment.Length > 3 * longestWord;
    }

    private static bool Announces(ReadOnlySpan<byte> segment)
    {
        foreach (var word in announcing)
            if (Ascii.EqualsIgnoreCase(segment, word)) return true;
        return false;
    }
}
