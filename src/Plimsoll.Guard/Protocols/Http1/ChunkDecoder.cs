using System.Buffers;
using System.Buffers.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>
/// The chunked coding (RFC 9112, section 7.1): `hex-size [extension] CRLF bytes CRLF`, size 0, trailer lines, empty line. Every
/// line ends in CRLF. Trailers are checked and left out. Extensions are refused in requests, left out of answers.
/// </summary>
internal sealed class ChunkDecoder(GuardLimits limits, bool isRequest)
{
    /// <summary>More does not fit a 63-bit size; zeros before it count too.</summary>
    private const int mostDigits = 15;

    private State state;
    private long left;
    private int trailers;

    private enum State : byte
    {
        Size,
        Bytes,
        BytesEnd,
        Trailer,
        Ended,
    }

    public Reason Failure { get; private set; }

    /// <summary>The empty line was read.</summary>
    public bool HasEnded => state == State.Ended;

    /// <summary>Fields behind the last chunk.</summary>
    public int Trailers { get; private set; }

    public void Start() => (state, left, trailers, Trailers, Failure) = (State.Size, 0, 0, 0, Reason.None);

    /// <summary>The next bytes of a chunk that have come, and whatever of the coding follows them. Empty when more input is needed, at the end, and at a failure.</summary>
    public ReadOnlyMemory<byte> Take(InputBuffer input)
    {
        ReadOnlyMemory<byte> taken = default;
        while (Failure == Reason.None)
        {
            if (state == State.Bytes)
            {
                if (!taken.IsEmpty || input.IsEmpty) return taken;
                taken = input.UnreadMemory;
                if (taken.Length > left) taken = taken[..(int)left];
                input.Consume(taken.Length);
                left -= taken.Length;
                if (left > 0) return taken;
                state = State.BytesEnd;
            }
            else if (state == State.Ended || !Line(input)) return taken;
        }
        return taken;
    }

    /// <summary>False when the line is not complete.</summary>
    private bool Line(InputBuffer input)
    {
        var unread = input.Unread;
        if (state == State.BytesEnd)
        {
            if (unread.Length > 0 && unread[0] != '\r') return Fail(unread[0] == '\n' ? Reason.BareLineFeed : Reason.ChunkMalformed);
            if (unread.Length > 1 && unread[1] != '\n') return Fail(Reason.BareCarriageReturn);
            if (unread.Length < 2) return false;
            input.Consume(2);
            state = State.Size;
            return true;
        }
        var limit = state == State.Size ? limits.ChunkLineBytes : limits.TrailerBytes - trailers;
        var end = unread[..Math.Min(unread.Length, limit)].IndexOf((byte)'\n');
        if (end < 0) return unread.Length >= limit && Fail(state == State.Size ? Reason.ChunkMalformed : Reason.TrailerMalformed);
        if (end == 0 || unread[end - 1] != '\r') return Fail(Reason.BareLineFeed);
        var line = unread[..(end - 1)];
        if (state == State.Size ? !Size(line) : !Trailer(line)) return true;
        input.Consume(end + 1);
        return true;
    }

    private bool Size(ReadOnlySpan<byte> line)
    {
        var digits = line.IndexOfAnyExcept(hex);
        if (digits < 0) digits = line.Length;
        if (digits is 0) return Fail(Reason.ChunkMalformed);
        if (digits > mostDigits || !Utf8Parser.TryParse(line[..digits], out left, out _, 'x')) return Fail(Reason.ChunkTooLarge);
        var rest = line[digits..];
        if (rest.ContainsAny(Syntax.Control)) return Fail(rest.Contains((byte)'\r') ? Reason.BareCarriageReturn : Reason.ControlByte);
        if (isRequest && !rest.IsEmpty) return Fail(rest.TrimStart(" \t"u8) is [(byte)';', ..] ? Reason.ChunkExtension : Reason.ChunkMalformed);
        if (!isRequest && rest.TrimStart(" \t"u8) is [not (byte)';', ..]) return Fail(Reason.ChunkMalformed);
        if (isRequest && left > limits.BodyBytes) return Fail(Reason.BodyTooLarge);
        state = left == 0 ? State.Trailer : State.Bytes;
        return true;
    }

    private bool Trailer(ReadOnlySpan<byte> line)
    {
        trailers += line.Length + 2;
        if (line.IsEmpty)
        {
            state = State.Ended;
            return true;
        }
        var verdict = FieldLines.Field(line, new(0, line.Length), out var field);
        if (!verdict.Passes) return Fail(verdict.Reason);
        Trailers++;
        return field.Id == FieldId.Other || Fail(Reason.TrailerMalformed); // Framing and routing come too late there (RFC 9110, section 6.5.1).
    }

    private bool Fail(Reason reason)
    {
        Failure = reason;
        return false;
    }

    private static readonly SearchValues<byte> hex = SearchValues.Create("0123456789abcdefABCDEF"u8);
}
