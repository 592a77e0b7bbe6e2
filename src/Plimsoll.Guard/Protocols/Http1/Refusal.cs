using System.Text;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>The guard's own answers: a status and a sentence that tells the client nothing about rules.</summary>
internal static class Refusal
{
    private static readonly Dictionary<int, string> phrases = new()
    {
        [300] = "Multiple Choices",
        [301] = "Moved Permanently",
        [302] = "Found",
        [303] = "See Other",
        [307] = "Temporary Redirect",
        [308] = "Permanent Redirect",
        [400] = "Bad Request",
        [403] = "Forbidden",
        [404] = "Not Found",
        [405] = "Method Not Allowed",
        [406] = "Not Acceptable",
        [408] = "Request Timeout",
        [410] = "Gone",
        [413] = "Content Too Large",
        [414] = "URI Too Long",
        [417] = "Expectation Failed",
        [421] = "Misdirected Request",
        [429] = "Too Many Requests",
        [431] = "Request Header Fields Too Large",
        [500] = "Internal Server Error",
        [501] = "Not Implemented",
        [502] = "Bad Gateway",
        [503] = "Service Unavailable",
        [504] = "Gateway Timeout",
        [505] = "HTTP Version Not Supported",
    };

    /// <summary>A rule may want any status to be answered.</summary>
    public static string Phrase(int status) => phrases.GetValueOrDefault(status, "Refused");

    /// <summary>The body; gives its length.</summary>
    public static int Text(int status, Span<byte> into)
    {
        System.Text.Unicode.Utf8.TryWrite(into, $"{status} {Phrase(status)}\n", out var written);
        return written;
    }

    public static void Write(OutputBuffer to, int status, bool closes, bool withBody, ReadOnlySpan<byte> location)
    {
        var body = $"{status} {Phrase(status)}\n";
        var extra = status switch
        {
            405 => "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n",
            429 or 503 => "Retry-After: 1\r\n",
            _ => "",
        };
        if (!location.IsEmpty) extra += $"Location: {Encoding.ASCII.GetString(location)}\r\n";
        to.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} {Phrase(status)}\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n{extra}Content-Length: {body.Length}\r\n{(closes ? "Connection: close\r\n" : "")}\r\n{(withBody ? body : "")}"));
    }
}
