using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// `name=value&amp;name=value` of a query or an application/x-www-form-urlencoded body (WHATWG URL §5.1): `+` is a space, `%hh` a
/// byte, a pair without `=` a name. A wrong escape stays as it is. Pushed in pieces; any split gives the same values.
/// </summary>
internal sealed class Parameters(ValueArena arena, NameTable names) : BodyReader
{
    private static readonly SearchValues<byte> nameStops = SearchValues.Create("%+&=;"u8);
    private static readonly SearchValues<byte> valueStops = SearchValues.Create("%+&;"u8);
    private static readonly SearchValues<byte> plainName = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);
    private Origin origin;
    private int at, escapeAt, pairStart, pairAt, valueStart, pairs;
    private byte escaped; // 0: none, 1: after `%`, 2: after `%` and the digit in `digit`.
    private byte digit;
    private bool stopped;

    public void Begin(Origin from)
    {
        (origin, at, pairs, stopped) = (from, 0, 0, false);
        BeginPair(0);
    }

    public override void Push(ReadOnlySpan<byte> piece)
    {
        if (stopped || piece.IsEmpty) return;
        // What is decoded is never longer, with what the last piece left of an escape.
        var room = arena.Reserve(piece.Length + escaped);
        if (!room.IsEmpty) Decode(piece, room);
        else if (piece.Length > 1) for (var i = 0; i < piece.Length; i++) Push(piece.Slice(i, 1));
        else Stop(Ambiguity.TooManyBytes);
    }

    public override void Finish()
    {
        if (stopped) return;
        if (escaped != 0)
        {
            var room = arena.Reserve(escaped);
            if (room.IsEmpty)
            {
                Stop(Ambiguity.TooManyBytes);
                return;
            }
            arena.Commit(EndEscape(room));
        }
        EndPair();
    }

    private void Decode(ReadOnlySpan<byte> piece, Span<byte> room)
    {
        var odd = piece.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        var written = 0;
        for (var i = 0; i < piece.Length;)
        {
            if (escaped != 0)
            {
                var value = Text.Hex(piece[i]);
                if (value < 0)
                {
                    if (escaped == 1 && piece[i] is (byte)'u' or (byte)'U') arena.Note(Ambiguity.UnicodePercentEscape, origin, escapeAt);
                    written += EndEscape(room[written..]);
                }
                else if (escaped == 1) (escaped, digit, i) = (2, piece[i], i + 1);
                else
                {
                    room[written++] = (byte)(Text.Hex(digit) << 4 | value);
                    escaped = 0;
                    i++;
                }
                continue;
            }
            var rest = piece[i..];
            var run = rest.IndexOfAny(valueStart < 0 ? nameStops : valueStops);
            if (run < 0) run = rest.Length;
            rest[..run].CopyTo(room[written..]);
            written += run;
            i += run;
            if (i == piece.Length) break;
            switch (piece[i++])
            {
                case (byte)'%':
                    (escaped, escapeAt) = (1, at + i - 1);
                    break;
                case (byte)'+':
                    room[written++] = (byte)' ';
                    break;
                case (byte)';':
                    arena.Note(Ambiguity.SemicolonSeparator, origin, at + i - 1);
                    room[written++] = (byte)';';
                    break;
                case (byte)'=':
                    arena.Commit(written);
                    room = room[written..];
                    written = 0;
                    valueStart = arena.Length;
                    break;
                default:
                    arena.Commit(written);
                    room = room[written..];
                    written = 0;
                    EndPair();
                    if (stopped)
                    {
                        // What comes after the end does not count, wherever the piece ends.
                        if (odd >= 0 && odd < i) arena.Note(Ambiguity.RawNonAscii, origin, at + odd);
                        return;
                    }
                    BeginPair(at + i);
                    break;
            }
        }
        arena.Commit(written);
        if (odd >= 0) arena.Note(Ambiguity.RawNonAscii, origin, at + odd);
        at += piece.Length;
    }

    /// <summary>Writes an escape that is none as it stood.</summary>
    private int EndEscape(Span<byte> room)
    {
        arena.Note(Ambiguity.InvalidEscape, origin, escapeAt);
        room[0] = (byte)'%';
        if (escaped == 2) room[1] = digit;
        (var length, escaped) = (escaped, 0);
        return length;
    }

    private void BeginPair(int position) => (pairStart, valueStart, escaped, pairAt) = (arena.Length, -1, 0, position);

    private void EndPair()
    {
        var hasValue = valueStart >= 0;
        var name = new Slice(pairStart, (hasValue ? valueStart : arena.Length) - pairStart);
        var content = hasValue ? arena.Since(valueStart) : new(arena.Length, 0);
        if (hasValue || name.Length > 0)
        {
            if (pairs++ == arena.Limits.Parameters)
            {
                Stop(Ambiguity.TooManyParameters);
                return;
            }
            if (name.Length == 0) arena.Note(Ambiguity.MissingName, origin, pairAt);
            else CheckName(arena, names, name, origin, pairAt);
            Text.Check(arena, content, origin, pairAt);
            if (!arena.Add(new(origin, name, content), pairAt)) stopped = true;
        }
    }

    private void Stop(Ambiguity why)
    {
        arena.Note(why, origin, pairAt);
        stopped = true;
    }

    /// <summary>What is odd about the name of a field, wherever it stands: also of cookies and parts.</summary>
    public static void CheckName(ValueArena arena, NameTable names, Slice slice, Origin origin, int at)
    {
        var name = arena[slice];
        if (name.ContainsAnyExcept(plainName))
        {
            if (name.IndexOfAny(". ["u8) >= 0) arena.Note(Ambiguity.MangledName, origin, at);
            Text.Check(arena, slice, origin, at);
        }
        if (name.SequenceEqual("_charset_"u8)) arena.Note(Ambiguity.CharsetField, origin, at);
        CheckDuplicate(arena, names, name, origin, at);
    }

    private static void CheckDuplicate(ValueArena arena, NameTable names, ReadOnlySpan<byte> name, Origin origin, int at)
    {
        var tag = (byte)(1 << (int)(origin == Origin.FileName ? Origin.Part : origin) - (int)Origin.Query);
        var before = names.Add(NameTable.Hash(name, 0), tag);
        if ((before & tag) != 0) arena.Note(Ambiguity.DuplicateName, origin, at);
        else if (before != 0) arena.Note(Ambiguity.DuplicateAcrossSources, origin, at);
        else if (names.Add(NameTable.FoldedHash(name, 1), tag) != 0) arena.Note(Ambiguity.NamesDifferInCase, origin, at);
    }
}
