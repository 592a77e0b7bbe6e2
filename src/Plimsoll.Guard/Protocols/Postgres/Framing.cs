using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>What becomes of a message, all of it.</summary>
internal enum Fate : byte
{
    Forward,

    /// <summary>Nothing of it goes on; what goes in its place was written.</summary>
    Drop,

    /// <summary>It is the last one: it does not go on, and the session ends.</summary>
    End,
}

/// <summary>Who says what becomes of the messages of one direction.</summary>
internal interface IMessageJudge
{
    /// <summary>How many bytes of a message, its head among them, must be there together to be judged; 0 when there is no such message.</summary>
    /// <param name="length">As the message says it: without the byte of the type. May be any number.</param>
    int Needed(char type, int length);

    /// <param name="bytes">As much of the message as is there: no less than was needed, and nothing behind it.</param>
    /// <param name="length">As the message says it.</param>
    /// <param name="to">Where to write what goes in its place.</param>
    Fate Judge(char type, ReadOnlySpan<byte> bytes, int length, OutputBuffer to);
}

/// <summary>
/// Cuts what comes in one direction into messages: a byte for the type, a length of 32 bits that counts itself, the content. Each is
/// judged once, when as much of it is there as its judge needs; the rest of it passes, or does not, as it comes. However the bytes
/// are cut, the same is judged and forwarded. Allocates nothing.
/// </summary>
/// <param name="part">Whose fault a message is that is not well-formed.</param>
internal sealed class Framing(IMessageJudge judge, Part part)
{
    private int left; // Of the message that was judged.
    private bool isDropped;
    private bool hasEnded;

    /// <summary>Why the session ends; passes while it goes on.</summary>
    public Verdict Failure { get; private set; }

    /// <summary>Bytes that must be there together before it can go on.</summary>
    public int Wants { get; private set; } = Wire.HeadBytes;

    /// <summary>Takes what is complete.</summary>
    /// <returns>Bytes that were taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes, OutputBuffer to)
    {
        var taken = 0;
        while (!hasEnded && taken < bytes.Length)
        {
            var rest = bytes[taken..];
            if (left == 0 && !Begin(rest, to)) break;
            var count = Math.Min(left, rest.Length);
            if (!isDropped) to.Write(rest[..count]);
            left -= count;
            taken += count;
        }
        return taken;
    }

    /// <summary>The message that stands at the beginning. False when too little of it is there, or it is the end.</summary>
    private bool Begin(ReadOnlySpan<byte> bytes, OutputBuffer to)
    {
        Wants = Wire.HeadBytes;
        if (bytes.Length < Wire.HeadBytes) return false;
        var (type, length) = ((char)bytes[0], Wire.Number(bytes[1..]));
        var needed = judge.Needed(type, length);
        if (needed == 0)
        {
            Fail(new(Reason.MessageOutOfPlace, part));
            return false;
        }
        if (bytes.Length < needed)
        {
            Wants = needed;
            return false;
        }
        var fate = judge.Judge(type, bytes[..Math.Min(length + 1, bytes.Length)], length, to);
        if (fate == Fate.End || hasEnded)
        {
            hasEnded = true;
            return false;
        }
        (left, isDropped) = (length + 1, fate == Fate.Drop);
        return true;
    }

    /// <summary>The session ends, and nothing more is taken.</summary>
    public Fate Fail(Verdict why)
    {
        (Failure, hasEnded) = (why, true);
        return Fate.End;
    }
}
