using System.Diagnostics;
using System.Net;
using CsCheck;
using Plimsoll.Guard.Egress.Dns;

namespace Plimsoll.Guard.Tests.Egress;

/// <summary>The codec against Python's dnspython, which shares nothing with it, and against damage.</summary>
public sealed class DnsTests
{
    private static readonly long iterations = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000;

    private static byte[] Question(string name, ushort type, ushort id = 7)
    {
        var buffer = new byte[DnsWriter.MostBytes];
        return buffer[..DnsWriter.Question(id, name, type, buffer)];
    }

    /// <summary>A reply with an alias, addresses of both kinds and a record of another name, by hand.</summary>
    private static byte[] Reply() =>
    [
        0, 7, 0x81, 0x80, 0, 1, 0, 4, 0, 0, 0, 0,
        2, (byte)'d', (byte)'b', 4, (byte)'t', (byte)'e', (byte)'s', (byte)'t', 0, 0, 1, 0, 1,
        0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 90, 0, 5, 2, (byte)'r', (byte)'w', 0xC0, 15, // db.test CNAME rw.test
        0xC0, 37, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
        0xC0, 37, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 2,
        0xC0, 15, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 9, // test A, which nobody asked for
    ];

    [Fact]
    public void A_reply_is_followed_to_the_addresses_of_the_name()
    {
        var reply = DnsReply.Read(Reply(), 7, "db.test", DnsQuestion.TypeA, out var isTruncated)!;
        Assert.False(isTruncated);
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")], reply.Addresses);
        Assert.Equal(30, reply.Seconds);
        Assert.Null(DnsReply.Read(Reply(), 8, "db.test", DnsQuestion.TypeA, out _));
        Assert.Null(DnsReply.Read(Reply(), 7, "eb.test", DnsQuestion.TypeA, out _));
        Assert.Null(DnsReply.Read(Reply(), 7, "db.test", DnsQuestion.TypeAaaa, out _));
        for (var n = 0; n < Reply().Length; n++) Assert.Null(DnsReply.Read(Reply().AsSpan(0, n), 7, "db.test", DnsQuestion.TypeA, out _));
    }

    [Fact]
    public void A_question_is_read_whole_or_not_at_all()
    {
        var whole = Question("db.example.com", DnsQuestion.TypeA);
        Assert.True(DnsQuestion.TryRead(whole, out var question, out _));
        Assert.Equal(("db.example.com", DnsQuestion.TypeA, true, true), (question.Name, question.Type, question.HasExtension, question.WantsRecursion));
        for (var n = 0; n < whole.Length; n++) Assert.False(DnsQuestion.TryRead(whole.AsSpan(0, n), out _, out _));
        Assert.False(DnsQuestion.TryRead([.. whole, 0], out _, out _));
    }

    [Theory]
    [InlineData(2, 0x81, null)] // An answer is not answered.
    [InlineData(2, 0x29, DnsCode.NotImplemented)]
    [InlineData(5, 2, DnsCode.FormatError)]
    [InlineData(7, 1, DnsCode.FormatError)]
    [InlineData(11, 2, DnsCode.FormatError)]
    [InlineData(12, 0xC0, DnsCode.FormatError)]
    [InlineData(13, (byte)' ', DnsCode.FormatError)]
    [InlineData(13, (byte)'.', DnsCode.FormatError)]
    [InlineData(31, 3, DnsCode.FormatError)] // Class CHAOS.
    internal void What_is_no_ordinary_question_is_answered_with_a_code(int at, byte value, DnsCode? expected)
    {
        var message = Question("db.example.com", DnsQuestion.TypeA);
        message[at] = value;
        Assert.False(DnsQuestion.TryRead(message, out _, out var code));
        Assert.Equal(expected, code);
    }

    [Fact]
    public void Pointers_lead_back_and_end()
    {
        byte[] loop = [0xC0, 0];
        var at = 0;
        Assert.Null(DnsName.Read(loop, ref at, mayPoint: true));
        byte[] chain = [0, .. Enumerable.Range(0, 40).SelectMany(i => (byte[])[0xC0, (byte)(i == 0 ? 0 : i * 2 - 1)])];
        at = 1 + 15 * 2;
        Assert.Equal("", DnsName.Read(chain, ref at, mayPoint: true));
        at = 1 + 16 * 2;
        Assert.Null(DnsName.Read(chain, ref at, mayPoint: true));
        byte[] longest = [.. Enumerable.Repeat((byte[])[63, .. Enumerable.Repeat((byte)'a', 63)], 3).SelectMany(label => label), 61, .. Enumerable.Repeat((byte)'b', 61), 0];
        at = 0;
        Assert.Equal(253, DnsName.Read(longest, ref at, mayPoint: false)!.Length);
        longest[192] = 62;
        at = 0;
        Assert.Null(DnsName.Read([.. longest[..^1], (byte)'b', 0], ref at, mayPoint: false));
    }

    [Fact]
    public void Damaged_messages_are_read_or_refused_and_nothing_else()
    {
        var whole = Reply();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((first, one, second, other, length) =>
        {
            var damaged = whole.ToArray();
            (damaged[first], damaged[second]) = (one, other);
            if (DnsReply.Read(damaged.AsSpan(0, length), 7, "db.test", DnsQuestion.TypeA, out _) is { } reply)
            {
                Assert.True(reply.Seconds >= 0);
                Assert.All(reply.Addresses, address => Assert.Equal(4, address.GetAddressBytes().Length));
            }
        }, iter: iterations);
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            if (!DnsQuestion.TryRead(bytes, out var question, out _)) return;
            Span<byte> answer = stackalloc byte[DnsWriter.MostBytes];
            Assert.InRange(DnsWriter.Answer(question, DnsCode.Refused, [], 0, answer), 12, 512);
        }, iter: iterations);
    }

    /// <summary>Messages both ways in lines of hexadecimal: Python reads what is written here and the other way round.</summary>
    [Fact]
    public async Task Dnspython_reads_what_is_written_and_writes_what_is_read()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/dns"), "python3-dnspython is not installed");
        const string script = """
            import sys; sys.path.insert(0, "/usr/lib/python3/dist-packages")
            import dns.message, dns.rrset, dns.flags
            for line in sys.stdin:
                message = dns.message.from_wire(bytes.fromhex(line))
                question = message.question[0]
                print(message.id, question.name.to_text(), question.rdtype, int(message.rcode()), message.edns, sorted(r.to_text() for s in message.answer for r in s), flush=True)
                if not (message.flags & dns.flags.QR):
                    response = dns.message.make_response(message)
                    name = question.name.to_text()
                    response.answer += [dns.rrset.from_text(name, 500, "IN", "CNAME", "x." + name), dns.rrset.from_text("x." + name, 40, "IN", question.rdtype, *(["192.0.2.%d" % i for i in range(1, 20)] if question.rdtype == 1 else ["2001:db8::%d" % i for i in range(1, 20)]))]
                    print(response.to_wire().hex(), flush=True)
            """;
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        async Task<string> Line() => await python.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        foreach (var name in (string[])["db.example.com", "a", "_srv.x-y.test", new string('a', 63) + "." + new string('b', 63) + ".test"])
        {
            foreach (var type in (ushort[])[DnsQuestion.TypeA, DnsQuestion.TypeAaaa])
            {
                var asked = Question(name, type, 4711);
                await python.StandardInput.WriteLineAsync(Convert.ToHexString(asked));
                Assert.Equal($"4711 {name}. {type} 0 0 []", await Line());
                var reply = DnsReply.Read(Convert.FromHexString(await Line()), 4711, name, type, out _)!;
                Assert.Equal(19, reply.Addresses.Count);
                Assert.Equal(40, reply.Seconds);
                Assert.True(DnsQuestion.TryRead(asked, out var question, out _));
                var buffer = new byte[DnsWriter.MostBytes];
                var length = DnsWriter.Answer(question, DnsCode.NoError, reply.Addresses, 40, buffer);
                Assert.InRange(length, 12, 512);
                await python.StandardInput.WriteLineAsync(Convert.ToHexString(buffer.AsSpan(0, length)));
                Assert.Equal($"4711 {name}. {type} 0 0 [{string.Join(", ", reply.Addresses.Take(DnsWriter.MostAddresses).Select(address => $"'{address}'").Order(StringComparer.Ordinal))}]", await Line());
                length = DnsWriter.Answer(question, DnsCode.Refused, [], 0, buffer);
                await python.StandardInput.WriteLineAsync(Convert.ToHexString(buffer.AsSpan(0, length)));
                Assert.Equal($"4711 {name}. {type} 5 0 []", await Line());
            }
        }
        python.StandardInput.Close();
    }
}
