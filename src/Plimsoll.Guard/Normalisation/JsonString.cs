namespace Plimsoll.Guard.Normalisation;

/// <summary>A string of JSON while it is read (RFC 8259 §7): escapes become UTF-8 in the arena. A wrong escape stays, without its backslash.</summary>
internal sealed class JsonString(ValueArena arena)
{
    private int start, digits, beganAt;
    private uint code, high; // `high`: the first half of a surrogate pair.
    private State state;

    private enum State : byte
    {
        Text,
        /// <summary>After `\`.</summary>
        Escape,
        /// <summary>In the digits after `\u`.</summary>
        Unicode,
        /// <summary>After the first half of a pair.</summary>
        High,
        /// <summary>After it and `\`.</summary>
        HighEscape,
    }

    public void Begin(int at) => (start, beganAt, state, high) = (arena.Length, at, State.Text, 0);

    /// <summary>The next byte belongs to an escape.</summary>
    public bool IsEscaped => state is State.Escape or State.Unicode or State.HighEscape;

    /// <summary>Bytes without quote, backslash and control bytes.</summary>
    public bool Append(ReadOnlySpan<byte> run, int at)
    {
        if (state == State.High && !Lone(at)) return false;
        var most = arena.Limits.ArenaBytes - arena.Length;
        if (run.Length <= most) return arena.Append(run, Origin.Json, at);
        arena.Append(run[..most], Origin.Json, at);
        arena.Note(Ambiguity.TooManyBytes, Origin.Json, beganAt);
        return false;
    }

    /// <summary>A backslash, a control byte, or a byte of an escape.</summary>
    public bool Push(byte next, int at)
    {
        switch (state)
        {
            case State.Text or State.High when next == '\\':
                state = state == State.High ? State.HighEscape : State.Escape;
                return true;
            case State.Text or State.High:
                arena.Note(next == 0 ? Ambiguity.NulByte : Ambiguity.ControlByte, Origin.Json, at);
                return Append([next], at);
            case State.HighEscape when next != 'u':
                state = State.High;
                if (!Lone(at)) return false;
                state = State.Escape;
                return Push(next, at);
            case State.Escape or State.HighEscape when next == 'u':
                (state, digits, code) = (State.Unicode, 0, 0);
                return true;
            case State.Escape:
                state = State.Text;
                var index = "\"\\/bfnrt"u8.IndexOf(next);
                if (index < 0) arena.Note(Ambiguity.JsonEscape, Origin.Json, at);
                return Append([index < 0 ? next : "\"\\/\b\f\n\r\t"u8[index]], at);
            default:
                return Digit(next, at);
        }
    }

    /// <summary>The closing quote has come.</summary>
    public Slice End(int at)
    {
        if (state == State.High) Lone(at);
        var slice = arena.Since(start);
        Text.Check(arena, slice, Origin.Json, beganAt);
        return slice;
    }

    private bool Digit(byte next, int at)
    {
        var value = Text.Hex(next);
        if (value < 0)
        {
            arena.Note(Ambiguity.JsonEscape, Origin.Json, at);
            state = State.Text;
            (var half, high) = (high, 0);
            if (half != 0 && !Write(half, at)) return false;
            // A quote may end the string here, for some: nothing after it can be trusted, and the note says so.
            return Append([next], at);
        }
        code = code << 4 | (uint)value;
        if (++digits < 4) return true;
        state = State.Text;
        if (high != 0 && code is >= 0xDC00 and <= 0xDFFF)
        {
            var scalar = 0x10000 + (high - 0xD800 << 10) + (code - 0xDC00);
            high = 0;
            return Write(scalar, at);
        }
        if (high != 0)
        {
            state = State.High;
            if (!Lone(at)) return false;
        }
        if (code is >= 0xD800 and <= 0xDBFF)
        {
            (high, state) = (code, State.High);
            return true;
        }
        if (code is >= 0xDC00 and <= 0xDFFF) arena.Note(Ambiguity.LoneSurrogate, Origin.Json, at);
        return Write(code, at);
    }

    private bool Lone(int at)
    {
        arena.Note(Ambiguity.LoneSurrogate, Origin.Json, at);
        (var half, high, state) = (high, 0, State.Text);
        return Write(half, at);
    }

    private bool Write(uint scalar, int at)
    {
        Span<byte> utf8 = stackalloc byte[4];
        return arena.Append(utf8[..Text.Encode(scalar, utf8)], Origin.Json, beganAt);
    }
}
