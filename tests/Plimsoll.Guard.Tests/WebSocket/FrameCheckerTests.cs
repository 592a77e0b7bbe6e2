using CsCheck;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.WebSocket;

namespace Plimsoll.Guard.Tests.WebSocket;

public sealed class FrameCheckerTests
{
    private const string mask = "01020304";

    /// <summary>Frames in hexadecimal: whose, what was agreed to, and what is wrong with the last of them.</summary>
    public static TheoryData<string, bool, object, object> Frames => new()
    {
        { "8100", false, Extensions.None, Reason.None },
        { "810161" + "820162" + "8900" + "8a0163", false, Extensions.None, Reason.None },
        { $"8185{mask}0000000000", true, Extensions.None, Reason.None },
        { $"0180{mask}" + $"8980{mask}" + $"0080{mask}" + $"8080{mask}" + $"8180{mask}", true, Extensions.None, Reason.None },
        { "817e007e" + new string('0', 252), false, Extensions.None, Reason.None },
        { "827f0000000000010000" + new string('0', 131072), false, Extensions.None, Reason.None },
        { "8800" + "8a00", false, Extensions.None, Reason.None },
        { "880203e8", false, Extensions.None, Reason.None },
        { "c100", false, Extensions.Deflate, Reason.None },
        { "4100" + "8000", false, Extensions.Deflate, Reason.None },
        { "b100" + "8300" + "f000", false, Extensions.Others, Reason.None },

        { "8180" + mask, false, Extensions.None, Reason.WebSocketMask },
        { "810161", true, Extensions.None, Reason.WebSocketMask },
        { $"8180{mask}" + "8100", true, Extensions.None, Reason.WebSocketMask },
        { "c100", false, Extensions.None, Reason.WebSocketReservedBit },
        { "a100", false, Extensions.Deflate, Reason.WebSocketReservedBit },
        { "9100", false, Extensions.Deflate, Reason.WebSocketReservedBit },
        { "4100" + "c000", false, Extensions.Deflate, Reason.WebSocketReservedBit },
        { "c900", false, Extensions.Deflate, Reason.WebSocketReservedBit },
        { "8300", false, Extensions.None, Reason.WebSocketOpcode },
        { "8b00", false, Extensions.None, Reason.WebSocketOpcode },
        { "8f00", false, Extensions.Deflate, Reason.WebSocketOpcode },
        { "817e007d" + new string('0', 250), false, Extensions.None, Reason.WebSocketLength },
        { "827f000000000000ffff", false, Extensions.None, Reason.WebSocketLength },
        { "827f8000000000000000", false, Extensions.None, Reason.WebSocketLength },
        { "827fffffffffffffffff", false, Extensions.Others, Reason.WebSocketLength },
        { "897e007e", false, Extensions.None, Reason.WebSocketControl },
        { "0900", false, Extensions.None, Reason.WebSocketControl },
        { "880103", false, Extensions.None, Reason.WebSocketControl },
        { "8000", false, Extensions.None, Reason.WebSocketFragment },
        { "0100" + "8100", false, Extensions.None, Reason.WebSocketFragment },
        { "0100" + "8000" + "8000", false, Extensions.None, Reason.WebSocketFragment },
        { "880203e8" + "8100", false, Extensions.None, Reason.WebSocketFragment },
    };

    /// <summary>As a tunnel reads: what does not pass yet comes again with more behind it.</summary>
    private static (Reason Failure, int Passed) Read(FrameChecker frames, byte[] bytes, int piece)
    {
        int from = 0, to = 0;
        while (to < bytes.Length)
        {
            to = Math.Min(bytes.Length, to + piece);
            var failure = frames.Check(bytes.AsSpan(from, to - from), out var passes);
            from += passes;
            if (failure != Reason.None) return (failure, from);
        }
        return (Reason.None, from);
    }

    [Theory, MemberData(nameof(Frames))]
    public void The_same_in_pieces_of_every_size(string frames, bool isClient, object extensions, object expected)
    {
        var bytes = Convert.FromHexString(frames);
        var whole = Read(new(isClient, (Extensions)extensions), bytes, bytes.Length);
        Assert.Equal((Reason)expected, whole.Failure);
        if (whole.Failure == Reason.None) Assert.Equal(bytes.Length, whole.Passed);
        for (var piece = 1; piece < Math.Min(bytes.Length, 20); piece++) Assert.Equal(whole, Read(new(isClient, (Extensions)extensions), bytes, piece));
    }

    /// <summary>Messages in any fragments with control frames between them, as RFC 6455 writes them; then one byte of a head is changed to what it forbids.</summary>
    [Fact]
    public void What_is_written_by_the_book_passes_whole()
    {
        var message = Gen.Select(Gen.Int[1, 2], Gen.OneOf(Gen.Int[0, 130], Gen.Int[65_530, 65_540]).Array[1, 4], Gen.Bool.Array[4]);
        Gen.Select(message.Array[0, 4], Gen.Bool, Gen.Int[1, 70_000]).Sample((messages, isClient, piece) =>
        {
            var bytes = new List<byte>();
            foreach (var (opcode, lengths, pings) in messages)
                for (var i = 0; i < lengths.Length; i++)
                {
                    if (pings[i]) Write(bytes, 0x89, 3, isClient);
                    Write(bytes, (byte)((i == 0 ? opcode : 0) | (i == lengths.Length - 1 ? 0x80 : 0)), lengths[i], isClient);
                }
            var right = Read(new(isClient, Extensions.None), [.. bytes], piece);
            // One more that cannot follow: of the other side's kind.
            var end = bytes.Count;
            Write(bytes, 0x81, 0, !isClient);
            var wrong = Read(new(isClient, Extensions.None), [.. bytes], piece);
            return right == (Reason.None, end) && wrong == (Reason.WebSocketMask, end);
        }, iter: 200);
    }

    private static void Write(List<byte> to, byte first, int length, bool masked)
    {
        to.Add(first);
        var bit = masked ? 0x80 : 0;
        if (length < 126) to.Add((byte)(bit | length));
        else if (length < 65_536) to.AddRange([(byte)(bit | 126), (byte)(length >> 8), (byte)length]);
        else to.AddRange([(byte)(bit | 127), 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
        if (masked) to.AddRange([1, 2, 3, 4]);
        to.AddRange(new byte[length]);
    }
}
