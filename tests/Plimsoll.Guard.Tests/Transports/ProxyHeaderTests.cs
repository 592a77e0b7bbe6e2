using System.Text;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

public sealed class ProxyHeaderTests
{
    private const string signature = "\r\n\r\n\0\r\nQUIT\n";

    public static TheoryData<string, string> Headers => new()
    {
        { "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "192.0.2.1" },
        { "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n", "2001:db8::1" },
        { "PROXY UNKNOWN\r\n", "none" },
        { "PROXY UNKNOWN ffff:f::1 ::2 1 2\r\n", "none" },
        { "PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n", "malformed" },
        { "PROXY TCP4 192.0.2.1 192.0.2.2 99999 443\r\n", "malformed" },
        { "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", "malformed" },
        { "PROXY TCP4 0300.0.2.7 192.0.2.1 1 2\r\n", "malformed" },
        { "PROXY TCP4 192.0.2.1 192.519 1 2\r\n", "malformed" },
        { "PROXY TCP4 192.0.2.1 2001:db8::2 1 2\r\n", "malformed" },
        { "PROXY TCP6 fe80::1%1 ::1 1 2\r\n", "malformed" },
        { "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", "malformed" },
        { "PROXY TCP4 192.0.2.1 192.0.2.2 0 65535\r\n", "192.0.2.1" },
        { "PROXY TCP4 evil 192.0.2.2 1 2\r\n", "malformed" },
        { "PROXY " + new string('a', 120) + "\r\n", "malformed" },
        { "GET / HTTP/1.1\r\n", "malformed" },
        { signature + "\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x10\0\x01\xbb", "192.0.2.1" },
        { signature + "\x21\x11\0\x0f\xc0\0\x02\x01\xc0\0\x02\x02\x10\0\x01\xbb\x04\0\0", "192.0.2.1" },
        { signature + "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" + new string('\0', 20), "2001:db8::1" },
        { signature + "\x20\0\0\0", "none" },
        { signature + "\x21\0\0\0", "none" },
        { signature + "\x21\x11\0\x08\xc0\0\x02\x01\xc0\0\x02\x02", "malformed" },
        { signature + "\x11\x11\0\0", "malformed" },
        { signature + "\x21\x11\xff\xff", "malformed" },
        { signature + "\x21\x31\0\0", "malformed" },
    };

    [Theory, MemberData(nameof(Headers))]
    public void A_header_is_read_the_same_at_every_split_and_what_follows_is_not_touched(string text, string expected)
    {
        byte[] bytes = [.. Encoding.Latin1.GetBytes(text), .. "rest"u8];
        for (var at = 0; at <= bytes.Length; at++)
        {
            if (!ProxyHeader.TryParse(bytes.AsSpan(0, at), out var header, out var length)) continue;
            Assert.Equal(expected, header is null ? "malformed" : header.Value.Source?.ToString() ?? "none");
            if (header is not null) Assert.Equal(text.Length, length);
            Assert.True(header is null || at >= text.Length);
        }
        Assert.True(ProxyHeader.TryParse(bytes, out _, out _));
    }
}
